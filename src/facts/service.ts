import type { Db, Trx } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import {
  ensureMonths,
  insertFacts,
  lockSchoolDay,
  markDirty,
  markDirtyOfPlanned,
  markDueAgain,
  selectExpectationsOf,
  syncExpectations,
  upsertRun,
} from './queries.ts';
import type { Way } from './tables.ts';

/** Evidence that something reached a person (or was tried); one shape for every way of teaching. */
export interface NewFact {
  /** Day it counts FOR, `YYYY-MM-DD`; it may be recorded weeks later. */
  readonly schoolDay: string;
  readonly personId: string;
  /** Lesson, task or notice; null: counts for the day as a whole. */
  readonly plannedId?: string | null;
  readonly way: Way;
  /** Interval in the room or tool; rules take the union of intervals. */
  readonly fromAt?: Date | null;
  readonly toAt?: Date | null;
  /** Recording: seconds of voice heard once so far (the largest counts). Otherwise seconds reached. */
  readonly seconds?: number | null;
  /** See `trust.ts`: `present`, `taught`, `given`, `returned`, `declared` reach; `absent` denies; others are attempts. */
  readonly outcome?: string | null;
  /** See `trust.ts`: decides who is believed when two disagree. */
  readonly source: string;
  /** Natural key inside the source: writing the same key again changes nothing. */
  readonly sourceKey: string;
  readonly recorderId?: string | null;
  /** When it became known; default: now. Given for what another system recorded earlier. */
  readonly recordedAt?: Date;
  /** Fact of the same person that this one replaces; the old one stays readable and counts no more. */
  readonly supersedes?: string | null;
  /** Recording: `{ heard: [[fromSecond, toSecond], …] }` of lesson time joins live and replay without counting twice. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Something planned, seen through one class that should be reached by it. */
export interface PlannedThing {
  readonly plannedId: string;
  readonly plannedKind: 'lesson' | 'task' | 'notice';
  readonly viaClassId: string;
  readonly startsAt: Date;
  readonly dueAt: Date;
}

/** How a planned thing really ran. */
export interface Run {
  readonly schoolDay: string;
  readonly plannedId: string;
  /** The teacher was there and the lesson began; not when the room was opened early. */
  readonly startedAt: Date;
  /** null: still running. */
  readonly endedAt?: Date | null;
  /** Whole seconds taught, pauses left out. */
  readonly taughtSeconds?: number | null;
  /** Whole seconds of voice that can be heard again. */
  readonly voiceSeconds?: number | null;
}

/**
 * Writes facts and asks for a recount of their classes, in the caller's transaction.
 *
 * Insert only and idempotent by (day, source, source key): the same facts written twice leave one.
 * All facts may be for different days and persons; one statement per day.
 *
 * @returns how many were new, and their ids.
 * @throws {AppError} 422 `fact_reversed` when an interval ends before it begins.
 */
export async function recordFacts(
  trx: Trx,
  facts: readonly NewFact[],
): Promise<{ recorded: number; ids: string[] }> {
  const reversed = facts.find((fact) => fact.fromAt && fact.toAt && fact.toAt < fact.fromAt);
  if (reversed) {
    throw new AppError(
      422,
      'fact_reversed',
      `The interval of ${reversed.source} ${reversed.sourceKey} ends before it begins.`,
    );
  }
  const ids: string[] = [];
  for (const [day, ofDay] of Map.groupBy(facts, (fact) => fact.schoolDay)) {
    await ensureMonths(trx, day);
    const written = await insertFacts(trx, ofDay);
    ids.push(...written.map((row) => row.id));
    if (written.length === 0) continue;
    await markDirty(trx, day, [...new Set(written.map((row) => row.person_id))]);
  }
  return { recorded: ids.length, ids };
}

/**
 * Says how a lesson really ran: call when it begins (no `endedAt`), and again when it has ended.
 * The earliest beginning stands; a lesson taken up again loses its end until it ends anew.
 */
export async function recordRun(trx: Trx, run: Run): Promise<void> {
  await ensureMonths(trx, run.schoolDay);
  await upsertRun(trx, run);
  if (!run.endedAt) await markDueAgain(trx, run.schoolDay, run.plannedId);
  await markDirtyOfPlanned(trx, run.schoolDay, run.plannedId);
}

/**
 * Makes a school's expectations of one day from what is planned, or follows a plan that changed.
 *
 * Class sets are those of the day. `firstTime` also expects what has already begun (the day is opened
 * late, on demand); later calls leave begun lessons alone: pupils who moved stay expected in the class
 * they were in, and lessons taken out of the plan are cancelled for everybody.
 *
 * @param planned - every planned thing of the day seen through each class of this school.
 * @returns how many expectations were added, changed and cancelled; all 0 when nothing was new.
 */
export async function openExpectations(
  trx: Trx,
  {
    schoolId,
    day,
    planned,
    firstTime,
  }: { schoolId: string; day: string; planned: readonly PlannedThing[]; firstTime: boolean },
): Promise<{ added: number; changed: number; cancelled: number }> {
  await ensureMonths(trx, day);
  await lockSchoolDay(trx, schoolId, day);
  const { personIds, ...counts } = await syncExpectations(trx, { schoolId, day, planned, firstTime });
  if (personIds.length > 0) await markDirty(trx, day, personIds);
  return counts;
}

/** What was expected of one person on one day, in the order of the day; cancelled ones left out. */
export async function expectationsOf(db: Db, { personId, day }: { personId: string; day: string }) {
  return selectExpectationsOf(db, { personId, day });
}

/** Asks for a recount of these persons' classes on a day; for writers of anything else that a day's count hangs on. */
export async function askForRecount(trx: Trx, day: string, personIds: readonly string[]): Promise<void> {
  await markDirty(trx, day, personIds);
}
