import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import type { Db, Trx } from '../platform/database.ts';
import { asOwner } from '../platform/wall/reader.ts';
import { markDayClosed, markDayOpened, selectSchoolDay } from '../calendar/service.ts';
import { outboxAgeSeconds } from '../facts/judgements.ts';
import { askForRecount, openExpectations } from '../facts/service.ts';
import { recountDirty } from './recount.ts';
import { nameMissingAdults, openFollowUps } from './queries/follow-ups.ts';
import { selectRulesOf } from './queries/rules.ts';
import {
  markSchoolDirty,
  replaceAdultGaps,
  selectChangedPlans,
  selectPlanned,
  upsertFollowedPlan,
} from './queries/school-days.ts';
import { dueAfterClose } from './rules/follow-up.ts';

/**
 * Opens a school day: expectations from the published plan and the class sets of the day, and the check that
 * somebody answers for every pupil. Opening it again changes nothing.
 *
 * @returns false when it was open already, or the calendar has no such teaching day.
 */
export async function openSchoolDay(
  db: Db,
  { schoolId, day, now }: { schoolId: string; day: string; now: Date },
): Promise<boolean> {
  const open = async (trx: Trx): Promise<boolean> => {
    // The row's lock makes the second opener wait and then find it opened.
    if (!(await markDayOpened(trx, { schoolId, day, at: now }))) return false;
    await checkAdultsIn(trx, { schoolId, day });
    const planned = await selectPlanned(trx, { schoolId, day });
    await openExpectations(trx, { schoolId, day, planned, firstTime: true });
    return true;
  };
  // Whoever comes first opens it for everybody in it.
  return asOwner('openDay', () => db.transaction().execute(open));
}

/**
 * Opens the day at first use, when its time has come and the job has not been there yet.
 *
 * @returns false when there is nothing to open: no such day, a day off, or too early.
 */
export async function ensureDayOpen(
  db: Db,
  { schoolId, day, now }: { schoolId: string; day: string; now: Date },
): Promise<boolean> {
  const row = await selectSchoolDay(db, { schoolId, day });
  if (!row || row.kind === 'off' || row.opens_at > now) return false;
  if (row.opened_at === null) await openSchoolDay(db, { schoolId, day, now });
  return true;
}

/**
 * Follows every plan and class set that changed since it was last followed.
 *
 * @returns the school days brought in line.
 */
export async function followPlans(db: Db): Promise<number> {
  const changed = await selectChangedPlans(db);
  for (const { schoolId, day, signature } of changed) {
    await db.transaction().execute(async (trx) => {
      const planned = await selectPlanned(trx, { schoolId, day });
      await openExpectations(trx, { schoolId, day, planned, firstTime: false });
      await upsertFollowedPlan(trx, { schoolId, day, signature });
    });
  }
  return changed.length;
}

/**
 * Closes a school day: counts it once more, and each pupil it did not reach becomes somebody's follow-up.
 *
 * Closing it again opens nothing twice. A recording heard later still closes the follow-up.
 */
export async function closeSchoolDay(
  db: Db,
  {
    schoolId,
    day,
    closesAt,
    now,
    actor,
  }: { schoolId: string; day: string; closesAt: Date; now: Date; actor: Actor },
): Promise<{ opened: number; withoutAdult: number }> {
  await db.transaction().execute((trx) => markSchoolDirty(trx, { schoolId, day }));
  await recountDirty(db, now);
  return db.transaction().execute(async (trx) => {
    if (!(await markDayClosed(trx, { schoolId, day, at: now }))) return { opened: 0, withoutAdult: 0 };
    const rules = (await selectRulesOf(trx, [schoolId], day))(schoolId);
    // A day closed late (the server was off) still leaves somebody the time to act.
    const dueAt = new Date(
      Math.max(dueAfterClose(closesAt, rules).getTime(), now.getTime() + rules.helpHours * 3_600_000),
    );
    const opened = await openFollowUps(trx, { day, schoolId, dueAt, now });
    await audit(trx, actor, {
      action: 'reach.closeDay',
      subjectKind: 'schoolDay',
      subjectId: day,
      orgId: schoolId,
      detail: { ...opened },
    });
    return opened;
  });
}

/**
 * Checks that somebody answers for every pupil of a school; gaps are kept for boards and checks, and open
 * follow-ups without an adult go to the one who answers now.
 *
 * @returns how many pupils nobody answers for.
 */
export async function checkAdults(
  db: Db,
  { schoolId, day }: { schoolId: string; day: string },
): Promise<number> {
  return db.transaction().execute((trx) => checkAdultsIn(trx, { schoolId, day }));
}

async function checkAdultsIn(
  trx: Trx,
  { schoolId, day }: { schoolId: string; day: string },
): Promise<number> {
  const { gaps, personIds } = await replaceAdultGaps(trx, { schoolId, day });
  if (personIds.length > 0) await askForRecount(trx, day, personIds);
  await nameMissingAdults(trx, { schoolId, day });
  return gaps;
}

/** Seconds the oldest unread row of the outbox has waited; boards are that old. */
export async function boardAgeSeconds(db: Db): Promise<number> {
  return Math.round(await outboxAgeSeconds(db));
}
