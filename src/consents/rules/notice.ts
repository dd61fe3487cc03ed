/** What a guardian's word widens. */
export const consentPurposes = ['chat'] as const;
export type ConsentPurpose = (typeof consentPurposes)[number];

export type ConsentAnswer = 'given' | 'refused' | 'withdrawn';
export type ConsentChannel = 'online' | 'paper' | 'phone';

/**
 * Version of the notice in the catalogues (`consents.notice.*`). Whoever changes its words in substance raises this
 * and adds a row to `consent_notices`: everybody is then asked again.
 */
export const noticeVersion = 1;

/** What the law wants a guardian to be told, in the order of the notice (儿童个人信息网络保护规定, article 10). */
export const noticeItems = ['what', 'where', 'after', 'safety', 'refusing', 'complaint'] as const;

/** How a purpose stands for one child. `none`: never answered. `outdated`: answered to an older notice. */
export type ConsentState = 'none' | 'outdated' | ConsentAnswer;

/** @param standing - the newest answer; null when there is none. */
export function consentState(
  standing: { readonly answer: ConsentAnswer; readonly isCurrent: boolean } | null,
): ConsentState {
  if (standing === null) return 'none';
  return standing.isCurrent ? standing.answer : 'outdated';
}

/** What can be answered in a state: a consent is withdrawn, everything else is given or refused. */
export function possibleAnswers(state: ConsentState): readonly ConsentAnswer[] {
  return state === 'given' ? ['withdrawn'] : ['given', 'refused'];
}
