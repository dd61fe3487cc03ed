import type { AttendanceRules } from './attendance.ts';

/** Why a pupil cannot come; the tiles of "I cannot attend". None of them is an absence. */
export const reasons = ['noDevice', 'noNetwork', 'noData', 'sharedPhone', 'ill', 'other'] as const;
export type Reason = (typeof reasons)[number];

export const contactMeans = ['phone', 'visit', 'paper', 'message'] as const;
export type ContactMeans = (typeof contactMeans)[number];

/**
 * What came of a contact.
 * `willMakeUp`: spoken, catches up. `taught`: the lesson was given by telephone or at home. `given`: a paper
 * pack was handed over. `excused`: ill or needed at home, agreed. `noAnswer`: nobody reached.
 * `worried`: the adult fears for the child; the school looks at once.
 */
export const contactOutcomes = ['willMakeUp', 'taught', 'given', 'excused', 'noAnswer', 'worried'] as const;
export type ContactOutcome = (typeof contactOutcomes)[number];

/** Reasons for closing a follow-up without a fact; `other` needs words. */
export const closingReasons = ['agreedAbsence', 'backAtSchool', 'leftSchool', 'other'] as const;
export type ClosingReason = (typeof closingReasons)[number];

/** What a contact sets going. */
export interface ContactEffect {
  /** Fact written for the day; null: an attempt reaches nobody. */
  readonly fact: { readonly way: 'phone' | 'visit' | 'paper' | 'excused'; readonly outcome: string } | null;
  readonly closes: boolean;
  readonly dueAt: Date;
  readonly escalates: boolean;
}

/** Two hours after nobody answered one tries again. */
const tryAgainMs = 2 * 3_600_000;

/**
 * What follows from "called, visited or gave paper × outcome".
 *
 * A promise to catch up keeps the follow-up open until a fact proves it. A message teaches nothing: only
 * a call, a visit or paper can have the outcome `taught` or `given`.
 *
 * @returns null when this outcome cannot come of these means.
 */
export function effectOf(
  means: ContactMeans,
  outcome: ContactOutcome,
  { now, dueAt, rules }: { now: Date; dueAt: Date; rules: AttendanceRules },
): ContactEffect | null {
  const stays = { fact: null, closes: false, dueAt, escalates: false };
  const later = (ms: number) => new Date(Math.max(dueAt.getTime(), now.getTime() + ms));
  switch (outcome) {
    case 'taught':
      if (means === 'message' || means === 'paper') return null;
      return { ...stays, fact: { way: means, outcome: 'taught' }, closes: true };
    case 'given':
      if (means === 'message' || means === 'phone') return null;
      return { ...stays, fact: { way: 'paper', outcome: 'given' }, closes: true };
    case 'excused':
      return { ...stays, fact: { way: 'excused', outcome: 'agreed' }, closes: true };
    case 'willMakeUp':
      return { ...stays, dueAt: later(rules.followUpHours * 3_600_000) };
    case 'noAnswer':
      return { ...stays, dueAt: later(tryAgainMs) };
    case 'worried':
      return { ...stays, dueAt: now, escalates: true };
  }
}

/** When the follow-up of a day that closed is due. */
export function dueAfterClose(closesAt: Date, rules: AttendanceRules): Date {
  return new Date(closesAt.getTime() + rules.followUpHours * 3_600_000);
}

/**
 * By when somebody answers "I cannot attend".
 *
 * A whole minute, as it is told. Within the school's hours, never later than the day's close; said after the close it is answered like the
 * follow-ups of that day, and never in the past.
 */
export function dueForHelp(now: Date, closesAt: Date, rules: AttendanceRules): Date {
  const minute = Math.floor(now.getTime() / 60_000) * 60_000;
  const soon = minute + rules.helpHours * 3_600_000;
  if (now >= closesAt) return new Date(Math.max(soon, dueAfterClose(closesAt, rules).getTime()));
  return new Date(Math.max(Math.min(soon, closesAt.getTime()), minute + 30 * 60_000));
}

/** "I cannot attend" may be taken back until somebody has acted on it. */
export function canWithdraw(told: { readonly withdrawnAt: Date | null }, contacts: number): boolean {
  return told.withdrawnAt === null && contacts === 0;
}
