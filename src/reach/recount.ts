import { takeTreeChanges } from '../orgs/queries-places.ts';
import type { Db, Trx } from '../platform/database.ts';
import {
  selectPersonsOfClasses,
  selectStandingFacts,
  selectToJudge,
  takeDirtyClasses,
  writeJudgements,
  type ExpectationToJudge,
  type StandingFactRow,
  type WrittenJudgement,
} from '../facts/judgements.ts';
import { modeNamed } from '../rooms/modes.ts';
import {
  closeReachedFollowUps,
  openFollowUps,
  selectFollowedUp,
  type ReachProof,
} from './queries/follow-ups.ts';
import {
  lockRecount,
  recountUnits,
  selectClassPlaces,
  selectClimb,
  selectComings,
  selectCountedUnits,
  selectLessonRuns,
  writeReachDays,
  writeSchoolSigns,
  type ClassPlace,
  type Coming,
  type ReachRow,
} from './queries/recount.ts';
import { selectRulesOf } from './queries/rules.ts';
import {
  judge,
  type AttendanceRules,
  type Judgement,
  type PlannedSpan,
  type RunSpan,
  type StandingFact,
} from './rules/attendance.ts';
import { countsAsReached, isReachedDay, isReachedState, judgeDay, type DayPart } from './rules/day.ts';
import { dueAfterClose } from './rules/follow-up.ts';
import { packEvidence } from './rules/packed-evidence.ts';

/** Classes judged in one transaction: small enough that boards never wait, large enough to be quick. */
const classesAtOnce = 40;

export interface Recounted {
  readonly classes: number;
  readonly days: readonly string[];
  readonly schoolIds: readonly string[];
}

/**
 * Takes dirty classes out of the outbox until it is empty and counts them anew: states of expectations,
 * days of pupils, follow-ups that a fact closes, and the figures of every unit above.
 *
 * Safe to run several times at once; a day is counted by one transaction at a time.
 *
 * @param now - the product's clock.
 */
export async function recountDirty(db: Db, now: Date): Promise<Recounted> {
  const total = { classes: 0, days: new Set<string>(), schoolIds: new Set<string>() };
  for (;;) {
    const batch = await db.transaction().execute(async (trx) => {
      const taken = await takeDirtyClasses(trx, classesAtOnce);
      const byDay = Map.groupBy(taken, (row) => row.day);
      for (const day of [...byDay.keys()].sort()) {
        total.days.add(day);
        const classIds = (byDay.get(day) ?? []).map((row) => row.classId);
        for (const schoolId of await recountClasses(trx, { day, classIds, now }))
          total.schoolIds.add(schoolId);
      }
      return taken.length;
    });
    total.classes += batch;
    if (batch === 0)
      return { classes: total.classes, days: [...total.days], schoolIds: [...total.schoolIds] };
  }
}

/**
 * Counts the units anew that lost or won a unit below them, with all above, on the day of which that is.
 *
 * @returns how many days were counted.
 */
export async function recountMovedUnits(db: Db): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const changes = await takeTreeChanges(trx);
    for (const day of [...changes.keys()].sort()) {
      await lockRecount(trx, day);
      for (const orgIds of await selectClimb(trx, { day, orgIds: changes.get(day) ?? [] }))
        await recountUnits(trx, { day, orgIds });
    }
    return changes.size;
  });
}

/**
 * Counts classes of one day anew from raw rows.
 *
 * @returns the schools whose figures were counted.
 */
export async function recountClasses(
  trx: Trx,
  { day, classIds, now }: { day: string; classIds: readonly string[]; now: Date },
): Promise<string[]> {
  await lockRecount(trx, day);
  const counted = await selectPersonsOfClasses(trx, { day, classIds });
  if (counted.length === 0) return [];
  const personIds = counted.map((row) => row.personId);
  const toJudge = await selectToJudge(trx, { day, personIds });
  const facts = await selectStandingFacts(trx, { day, personIds });
  const places = await selectClassPlaces(trx, {
    day,
    classIds: [...new Set(counted.map((row) => row.classId))],
  });
  const schools = new Set([
    ...toJudge.map((row) => row.schoolId),
    ...[...places.values()].map((place) => place.schoolId),
  ]);
  const rulesOf = await selectRulesOf(trx, [...schools], day);
  const lessons = await selectLessonRuns(trx, {
    day,
    plannedIds: [...new Set(toJudge.map((row) => row.plannedId))],
  });
  const factsOf = Map.groupBy(facts, (fact) => fact.personId);
  const comings = await selectComings(trx, { day, among: withoutPresence(toJudge, facts, now) });
  const comingOf = new Map(comings.map((coming) => [keyOf(coming.plannedId, coming.personId), coming]));

  const judged = toJudge.map((expectation) => {
    const ofPerson = factsOf.get(expectation.personId) ?? [];
    const relevant = ofPerson.filter(
      (fact) => fact.plannedId === null || fact.plannedId === expectation.plannedId,
    );
    const coming = comingOf.get(keyOf(expectation.plannedId, expectation.personId));
    const lesson = lessons.get(expectation.plannedId);
    const judgement = judge(
      spanOf(expectation, lesson?.mode),
      runOf(expectation, lesson),
      [...relevant.map(asStandingFact), ...(coming ? [doorOf(coming)] : [])],
      rulesOf(expectation.schoolId),
      now,
    );
    return { expectation, judgement };
  });
  const packed = judged.map(({ expectation, judgement }) => written(expectation, judgement, day));
  const changed = packed.filter((judgement, place) => differs(toJudge[place]!, judgement));
  await writeJudgements(trx, day, changed);

  const partsOf = Map.groupBy(judged, ({ expectation }) => expectation.personId);
  const reachedAt = new Map(facts.map((fact) => [fact.id, fact.toAt ?? fact.fromAt ?? fact.recordedAt]));
  const rows = counted.flatMap(({ personId, classId }): ReachRow[] => {
    const place = places.get(classId);
    if (!place) return [];
    const parts = (partsOf.get(personId) ?? []).map(({ judgement }) => dayPart(judgement, reachedAt));
    const closesAt = place.closesAt ?? endOfParts(partsOf.get(personId) ?? []);
    const found = judgeDay(parts, rulesOf(place.schoolId), closesAt);
    return found ? [{ ...found, personId, classId, orgId: place.orgId, schoolId: place.schoolId }] : [];
  });

  const before = await selectCountedUnits(trx, { day, personIds });
  const changedPersons = await writeReachDays(trx, { day, personIds, rows });
  const followedUp = await selectFollowedUp(trx, personIds);
  const reached = rows.filter((row) => isReachedDay(row.state) && followedUp.has(row.personId));
  await closeReachedFollowUps(trx, { day, proofs: proofsOf(reached, partsOf, facts), now });
  await followUpAfterClose(trx, { day, now, places, rulesOf, unreached: unreachedOf(rows, changedPersons) });
  await writeSchoolSigns(trx, { day, signs: lastSigns([...facts, ...comings], rows) });
  const units = new Set([...before, ...rows.map((row) => row.orgId)]);
  if (changedPersons.length > 0) {
    for (const orgIds of await selectClimb(trx, { day, orgIds: [...units] }))
      await recountUnits(trx, { day, orgIds });
  }
  return [...new Set([...places.values()].map((place) => place.schoolId))];
}

/** The facts by which these persons' planned things count as reached. */
function proofsOf(
  reached: readonly ReachRow[],
  partsOf: ReadonlyMap<string, readonly { judgement: Judgement }[]>,
  facts: readonly StandingFactRow[],
): ReachProof[] {
  const factOf = new Map(facts.map((fact) => [fact.id, fact]));
  return reached.flatMap(({ personId }) =>
    (partsOf.get(personId) ?? []).flatMap(({ judgement }): ReachProof[] => {
      const fact = countsAsReached(judgement) ? factOf.get(judgement.bestFactId ?? '') : undefined;
      return fact ? [{ personId, factId: fact.id, toAt: fact.toAt, recordedAt: fact.recordedAt }] : [];
    }),
  );
}

/** A correction or a late roll call may show after the close that a pupil was not reached; old days stay as they are. */
const daysStillFollowedUpMs = 3 * 86_400_000;

async function followUpAfterClose(
  trx: Trx,
  {
    day,
    now,
    places,
    rulesOf,
    unreached,
  }: {
    day: string;
    now: Date;
    places: ReadonlyMap<string, ClassPlace>;
    rulesOf: (schoolId: string) => AttendanceRules;
    unreached: readonly ReachRow[];
  },
): Promise<void> {
  for (const [schoolId, rows] of Map.groupBy(unreached, (row) => row.schoolId)) {
    const place = places.get(rows[0]?.classId ?? '');
    if (
      !place?.closedAt ||
      !place.closesAt ||
      now.getTime() - place.closesAt.getTime() > daysStillFollowedUpMs
    )
      continue;
    const rules = rulesOf(schoolId);
    const dueAt = new Date(
      Math.max(dueAfterClose(place.closesAt, rules).getTime(), now.getTime() + rules.helpHours * 3_600_000),
    );
    await openFollowUps(trx, { day, schoolId, dueAt, now, among: rows.map((row) => row.personId) });
  }
}

function unreachedOf(rows: readonly ReachRow[], changed: readonly string[]): ReachRow[] {
  const isChanged = new Set(changed);
  return rows.filter((row) => row.state === 'unreached' && isChanged.has(row.personId));
}

function spanOf(expectation: ExpectationToJudge, mode: string | undefined): PlannedSpan {
  return {
    startsAt: expectation.startsAt,
    dueAt: expectation.dueAt,
    mode: mode === undefined ? null : modeNamed(mode),
  };
}

/** The run that was recorded; else the beginning and end that the plan knows. */
function runOf(
  expectation: ExpectationToJudge,
  lesson: { startedAt: Date | null; endedAt: Date | null } | undefined,
): RunSpan | null {
  if (expectation.run) return expectation.run;
  if (!lesson?.startedAt) return null;
  return { startedAt: lesson.startedAt, endedAt: lesson.endedAt, taughtSeconds: null, voiceSeconds: null };
}

function asStandingFact({ detail, ...fact }: StandingFactRow): StandingFact {
  const heard = detail?.['heard'];
  return Array.isArray(heard) ? { ...fact, heard: heard as [number, number][] } : fact;
}

function differs(expectation: ExpectationToJudge, judgement: WrittenJudgement): boolean {
  return (
    expectation.state !== judgement.state ||
    expectation.way !== judgement.way ||
    expectation.bestFactId !== judgement.bestFactId ||
    expectation.settled !== judgement.settled ||
    expectation.evidence !== judgement.evidence
  );
}

function written(
  { plannedId, personId }: ExpectationToJudge,
  { evidence, ...judgement }: Judgement,
  day: string,
): WrittenJudgement {
  return { plannedId, personId, ...judgement, evidence: evidence && packEvidence(evidence, day) };
}

const keyOf = (plannedId: string, personId: string): string => `${plannedId} ${personId}`;

/** No room is open so long before its bell. */
const earliestDoorMs = 60 * 60_000;

/** Expectations of which no room has told yet how long somebody stayed: there the door is what is known. */
function withoutPresence(
  expectations: readonly ExpectationToJudge[],
  facts: readonly StandingFactRow[],
  now: Date,
): { plannedId: string; personId: string }[] {
  const told = new Set(
    facts.filter((fact) => fact.source === 'room').map((fact) => keyOf(fact.plannedId ?? '', fact.personId)),
  );
  const doorsOpen = new Date(now.getTime() + earliestDoorMs);
  return expectations.filter(
    ({ plannedId, personId, startsAt }) => startsAt <= doorsOpen && !told.has(keyOf(plannedId, personId)),
  );
}

/** Coming through the door of a room, as an interval without length. */
function doorOf({ plannedId, enteredAt }: Coming): StandingFact {
  return {
    id: null,
    plannedId,
    way: 'live',
    fromAt: enteredAt,
    toAt: enteredAt,
    seconds: 0,
    outcome: null,
    source: 'room',
    recordedAt: enteredAt,
  };
}

function dayPart(judgement: Judgement, reachedAt: ReadonlyMap<string, Date>): DayPart {
  const at = judgement.bestFactId ? (reachedAt.get(judgement.bestFactId) ?? null) : null;
  return {
    state: judgement.state,
    way: judgement.way,
    settled: judgement.settled,
    excusedByStaff: judgement.evidence?.excusedByStaff === true,
    reachedAt: isReachedState(judgement.state) ? at : null,
  };
}

/** A school without a calendar row closes with its last lesson. */
function endOfParts(parts: readonly { expectation: ExpectationToJudge }[]): Date {
  return new Date(Math.max(0, ...parts.map(({ expectation }) => expectation.dueAt.getTime())));
}

function lastSigns(
  facts: readonly { personId: string; recordedAt: Date }[],
  rows: readonly ReachRow[],
): Map<string, Date> {
  const schoolOf = new Map(rows.map((row) => [row.personId, row.schoolId]));
  const signs = new Map<string, Date>();
  for (const fact of facts) {
    const schoolId = schoolOf.get(fact.personId);
    if (schoolId && fact.recordedAt > (signs.get(schoolId) ?? new Date(0)))
      signs.set(schoolId, fact.recordedAt);
  }
  return signs;
}
