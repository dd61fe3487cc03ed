import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import { AppError, notFound } from '../platform/errors.ts';
import { answerConsent, readClassConsents, readConsents, recordConsent } from './actions.ts';
import type { ClassConsents, Consents } from './contract.ts';
import {
  insertAnswer,
  selectChild,
  selectClassChildren,
  selectStanding,
  type StandingConsent,
} from './queries.ts';
import {
  consentPurposes,
  consentState,
  noticeVersion,
  possibleAnswers,
  type ConsentAnswer,
  type ConsentPurpose,
} from './rules/notice.ts';

/** What a guardian's word stands at for one pupil. */
export async function consentsOf(ctx: ServerContext, actor: Actor, pupilId: string): Promise<Consents> {
  const granted = await authorize(ctx.db, actor, readConsents, { personId: pupilId });
  const child = await selectChild(ctx.db, granted, pupilId);
  if (!child) throw notFound();
  return shown(child, await selectStanding(ctx.db, [pupilId]));
}

/**
 * A guardian says yes or no for a purpose, or takes a yes back. In force with its commit; the same word again changes
 * nothing.
 *
 * @throws {AppError} 409 `consent_notice_changed` when the notice that was shown is an older one;
 *   409 `consent_not_given` when there is nothing to take back.
 */
export async function answerForChild(
  ctx: ServerContext,
  actor: Actor,
  asked: { pupilId: string; purpose: ConsentPurpose; answer: ConsentAnswer; noticeVersion: number },
): Promise<Consents> {
  const granted = await authorize(ctx.db, actor, answerConsent, { personId: asked.pupilId });
  if (asked.noticeVersion !== noticeVersion) {
    throw new AppError(
      409,
      'consent_notice_changed',
      'The notice has changed since it was shown; read it again.',
    );
  }
  const guardianId = actor.kind === 'person' ? actor.personId : null;
  await keep(ctx, actor, { ...asked, channel: 'online', guardianId });
  const child = await selectChild(ctx.db, granted, asked.pupilId);
  if (!child) throw notFound();
  return shown(child, await selectStanding(ctx.db, [asked.pupilId]));
}

/** A class teacher writes down what a guardian said on paper or by telephone. @throws as `answerForChild`. */
export async function recordForChild(
  ctx: ServerContext,
  actor: Actor,
  asked: { pupilId: string; purpose: ConsentPurpose; answer: ConsentAnswer; channel: 'paper' | 'phone' },
): Promise<Consents> {
  const granted = await authorize(ctx.db, actor, recordConsent, { personId: asked.pupilId });
  await keep(ctx, actor, { ...asked, guardianId: null });
  const child = await selectChild(ctx.db, granted, asked.pupilId);
  if (!child) throw notFound();
  return shown(child, await selectStanding(ctx.db, [asked.pupilId]));
}

/** The pupils of a class of whom a guardian is asked, with the answers; those without one first. */
export async function consentsOfClass(
  ctx: ServerContext,
  actor: Actor,
  classId: string,
): Promise<ClassConsents> {
  const granted = await authorize(ctx.db, actor, readClassConsents, { classId });
  const children = await selectClassChildren(ctx.db, granted, classId);
  const asked = children.filter(({ isAsked }) => isAsked);
  const standing = Map.groupBy(
    await selectStanding(
      ctx.db,
      asked.map(({ personId }) => personId),
    ),
    ({ personId }) => personId,
  );
  const pupils = asked.map(({ personId, number, name }) => ({
    personId,
    number,
    name,
    purposes: purposesOf(standing.get(personId) ?? []),
  }));
  const isOpen = ({ purposes }: (typeof pupils)[number]): boolean =>
    purposes.some(({ state }) => state === 'none' || state === 'outdated');
  return {
    className: children[0]?.className ?? '',
    notAsked: children.length - asked.length,
    pupils: [...pupils.filter(isOpen), ...pupils.filter((pupil) => !isOpen(pupil))],
  };
}

async function keep(
  ctx: ServerContext,
  actor: Actor,
  asked: {
    pupilId: string;
    purpose: ConsentPurpose;
    answer: ConsentAnswer;
    channel: 'online' | 'paper' | 'phone';
    guardianId: string | null;
  },
): Promise<void> {
  const { pupilId, purpose, answer, channel, guardianId } = asked;
  const [standing] = purposesOf(await selectStanding(ctx.db, [pupilId])).filter(
    (one) => one.purpose === purpose,
  );
  const state = standing?.state ?? 'none';
  if (answer === 'withdrawn' && state !== answer && !possibleAnswers(state).includes(answer)) {
    throw new AppError(409, 'consent_not_given', 'There is no consent to take back.');
  }
  await ctx.db.transaction().execute(async (trx) => {
    const changed = await insertAnswer(trx, {
      personId: pupilId,
      purpose,
      answer,
      channel,
      guardianId,
      recorderId: actor.kind === 'person' ? actor.personId : null,
    });
    if (changed) {
      await audit(trx, actor, {
        action: channel === 'online' ? answerConsent.name : recordConsent.name,
        subjectKind: 'person',
        subjectId: pupilId,
        detail: { purpose, answer, channel },
      });
    }
  });
}

function shown(child: { name: string; isAsked: boolean }, standing: readonly StandingConsent[]): Consents {
  return {
    pupilName: child.name,
    isAsked: child.isAsked,
    noticeVersion,
    purposes: purposesOf(standing),
  };
}

function purposesOf(standing: readonly StandingConsent[]): Consents['purposes'] {
  return consentPurposes.map((purpose) => {
    const one = standing.find((found) => found.purpose === purpose) ?? null;
    return {
      purpose,
      state: consentState(one),
      channel: one?.channel ?? null,
      at: one?.recordedAt ?? null,
    };
  });
}
