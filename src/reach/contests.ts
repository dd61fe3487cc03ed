import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import { AppError } from '../platform/errors.ts';
import { expectationsOf, recordFacts } from '../facts/service.ts';
import type { Way } from '../facts/tables.ts';
import { answerContest, openContest, readContests } from './actions.ts';
import { readDays, type PupilDays } from './families.ts';
import { todayOf } from './pupil-today.ts';
import { selectSchoolContests, type ContestRow } from './queries/contests.ts';
import { recountSoon } from './recount-soon.ts';
import type { ContestReason } from './tables.ts';

/** Days after which a state stands; facts of older days are still kept. */
const contestDays = 14;

/**
 * A family says that the state of a lesson is wrong, or that a failure explains it.
 *
 * @throws {AppError} 404 `lesson_not_expected`, 409 `nothing_to_contest` for a lesson that reached the pupil or is
 *   not over, 409 `contest_too_late`, 409 `contest_open`.
 */
export async function contestState(
  ctx: ServerContext,
  actor: Actor,
  input: { pupilId: string; day: string; lessonId: string; reason: ContestReason; note: string | null },
): Promise<PupilDays> {
  const { pupilId, day, lessonId, reason, note } = input;
  await authorize(ctx.db, actor, openContest, { personId: pupilId });
  if (actor.kind !== 'person') throw new AppError(401, 'sign_in_required', 'Sign in first.');
  const now = ctx.now();
  const expectation = (await expectationsOf(ctx.db, { personId: pupilId, day })).find(
    (row) => row.planned_id === lessonId,
  );
  if (!expectation)
    throw new AppError(404, 'lesson_not_expected', 'This lesson was not planned for the pupil that day.');
  if (!['missed', 'leftEarly', 'late', 'excused'].includes(expectation.state)) {
    throw new AppError(409, 'nothing_to_contest', 'This lesson counts as reached, or it is not over yet.');
  }
  if (now.getTime() - expectation.due_at.getTime() > contestDays * 86_400_000) {
    throw new AppError(409, 'contest_too_late', `A state can be questioned for ${contestDays} days.`, {
      params: { days: contestDays },
    });
  }
  const { schoolId } = await todayOf(ctx.db, pupilId, now);
  const opened = await ctx.db
    .insertInto('contests')
    .values({
      person_id: pupilId,
      school_id: schoolId,
      school_day: day,
      planned_id: lessonId,
      reason,
      note,
      opened_by: actor.personId,
      opened_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!opened) throw new AppError(409, 'contest_open', 'This was asked already and waits for an answer.');
  return readDays(ctx, actor, { pupilId, day });
}

/** Contests that wait for an answer at a school. */
export async function schoolContests(
  ctx: ServerContext,
  actor: Actor,
  { schoolId }: { schoolId: string },
): Promise<ContestRow[]> {
  const granted = await authorize(ctx.db, actor, readContests, { orgId: schoolId });
  return selectSchoolContests(ctx.db, granted, { schoolId });
}

/** What an accepted contest writes: the pupil was reached, or a failure is a reason and no absence. */
function correctionOf(reason: ContestReason, way: Way): { way: Way; outcome: string } {
  switch (reason) {
    case 'wasThere':
      return { way: 'live', outcome: 'present' };
    case 'otherWay':
      return { way, outcome: 'reached' };
    case 'deviceFailed':
    case 'networkFailed':
    case 'powerFailed':
    case 'other':
      return { way: 'excused', outcome: reason };
  }
}

/**
 * Answers a family's contest; accepting writes a correcting fact, which is believed before all others.
 *
 * @param way - by which the pupil was reached, for the reason `otherWay`.
 * @throws {AppError} 409 `contest_answered`, 422 `answer_needs_words` when it is declined without a word.
 */
export async function settleContest(
  ctx: ServerContext,
  actor: Actor,
  { contestId, accept, answer, way }: { contestId: string; accept: boolean; answer: string | null; way: Way },
): Promise<void> {
  await authorize(ctx.db, actor, answerContest, { contestId });
  if (actor.kind !== 'person') throw new AppError(401, 'sign_in_required', 'Sign in first.');
  if (!accept && !answer?.trim())
    throw new AppError(422, 'answer_needs_words', 'Tell the family in a few words why not.');
  const now = ctx.now();
  await ctx.db.transaction().execute(async (trx) => {
    const contest = await trx
      .updateTable('contests')
      .set({ state: accept ? 'accepted' : 'declined', answer, answered_by: actor.personId, answered_at: now })
      .where('id', '=', contestId)
      .where('state', '=', 'open')
      .returning(['person_id', 'school_day', 'planned_id', 'reason', 'school_id'])
      .executeTakeFirst();
    if (!contest) throw new AppError(409, 'contest_answered', 'Somebody has answered this already.');
    if (accept) {
      await recordFacts(trx, [
        {
          schoolDay: contest.school_day,
          personId: contest.person_id,
          plannedId: contest.planned_id,
          ...correctionOf(contest.reason, way),
          source: 'correction',
          sourceKey: contestId,
          recorderId: actor.personId,
          recordedAt: now,
        },
      ]);
    }
    await audit(trx, actor, {
      action: 'reach.answerContest',
      subjectKind: 'contest',
      subjectId: contestId,
      orgId: contest.school_id,
      detail: { accept },
    });
  });
  await recountSoon(ctx);
}
