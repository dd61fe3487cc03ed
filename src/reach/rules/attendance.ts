import { absentOutcome, isReaching, trustRank } from '../../facts/trust.ts';
import type { ExpectationState, Way } from '../../facts/tables.ts';
import { MODES, type LessonMode } from '../../rooms/modes.ts';
import { clip, coveredLength, gaps, union, type Interval } from './intervals.ts';

/** When a school calls a pupil late, gone early, made up or reached. Data: a school changes it, not us. */
export interface AttendanceRules {
  /** Whole minutes after the beginning that are not yet late, 0–60. */
  readonly lateMinutes: number;
  /** Least part of the taught time for having been there, in percent, 1–100. */
  readonly leftEarlyPercent: number;
  /** Least part of the voice heard once for a lesson to be made up, in percent, 1–100. */
  readonly madeUpPercent: number;
  /** What a day needs so that the pupil counts as reached. */
  readonly dayNeeds: 'anyLesson' | 'everyLesson';
  /** Hours from the day's close until a follow-up is due, 1–72. */
  readonly followUpHours: number;
  /** Hours in which somebody answers "I cannot attend" during the day, 1–24. */
  readonly helpHours: number;
}

export const defaultRules: AttendanceRules = {
  lateMinutes: 10,
  leftEarlyPercent: 70,
  madeUpPercent: 80,
  dayNeeds: 'anyLesson',
  followUpHours: 16,
  helpHours: 2,
};

/** A fact as the rules read it; superseded ones are already left out. */
export interface StandingFact {
  /** null: known from the door of a room, which is no fact of its own. */
  readonly id: string | null;
  /** null: for the day as a whole. */
  readonly plannedId: string | null;
  readonly way: Way;
  readonly fromAt: Date | null;
  readonly toAt: Date | null;
  readonly seconds: number | null;
  readonly outcome: string | null;
  readonly source: string;
  readonly recordedAt: Date;
  /** Seconds of lesson time heard in a recording, as pairs. */
  readonly heard?: readonly (readonly [number, number])[];
}

export interface PlannedSpan {
  readonly startsAt: Date;
  readonly dueAt: Date;
  /** How a lesson is taught: which facts count for it and when one is enough. null: no lesson (a task, a notice). */
  readonly mode: LessonMode | null;
}

export interface RunSpan {
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly taughtSeconds: number | null;
  readonly voiceSeconds: number | null;
}

/** Why a state is what it is, as the data of plain sentences; instants as ISO text. */
export interface Evidence {
  readonly enteredAt?: string;
  readonly leftAt?: string;
  readonly away?: { readonly from: string; readonly to: string }[];
  readonly attendedSeconds?: number;
  readonly taughtSeconds?: number;
  readonly heardSeconds?: number;
  readonly voiceSeconds?: number;
  /** Limit that decided, in the unit of its rule. */
  readonly lateMinutes?: number;
  readonly leftEarlyPercent?: number;
  readonly madeUpPercent?: number;
  /** Whose word decided when it was not a measurement. */
  readonly source?: string;
  readonly outcome?: string;
  /** An adult of the school agreed that the pupil need not attend. */
  readonly excusedByStaff?: boolean;
  readonly reason?: string;
  /** Nobody taught: the pupil missed nothing and still was not reached. */
  readonly notTaught?: boolean;
}

export interface Judgement {
  readonly state: Exclude<ExpectationState, 'cancelled'>;
  readonly way: Way | null;
  readonly bestFactId: string | null;
  /** Judged after the end; only a new fact can change it. */
  readonly settled: boolean;
  readonly evidence: Evidence | null;
}

/** States in which the planned thing reached the pupil. */
export const reachedStates = ['present', 'late', 'madeUp', 'reached'] as const;

/** A lesson that nobody ended counts as over this long after its planned end. */
const forgottenEndMs = 60 * 60_000;
/** Shorter breaks of the line are not worth a sentence. */
const awayWorthTellingMs = 30_000;

/**
 * State of one expectation from all that is known of it.
 *
 * The order of the facts does not matter, and overlapping intervals count once. Late and present time are
 * measured from when the lesson really began; what was made up later wins over what was missed.
 * Before the end `present` and `late` mean "is here now"; `missed` and `leftEarly` are said only after it.
 *
 * @param found - standing facts of this person for this planned thing, or for the whole day.
 * @param now - the product's clock.
 */
export function judge(
  planned: PlannedSpan,
  run: RunSpan | null,
  found: readonly StandingFact[],
  rules: AttendanceRules,
  now: Date,
): Judgement {
  const facts = found.filter((fact) => countsFor(planned, fact));
  const window = taughtWindow(planned, run, now);
  const settled = window.isOver;
  const known = { planned, run, facts, rules, window };
  const clear = judgeLive(known) ?? judgeRecording(known) ?? judgeOtherWays(known) ?? judgeExcuse(known);
  if (clear) return { ...clear, settled };
  const partly = judgePartly(known);
  if (partly) return { ...partly, settled };
  if (!settled) return { state: 'open', way: null, bestFactId: null, settled, evidence: null };
  const notTaught = isNotTaught(known);
  const denial = denialOf(facts);
  return {
    state: 'missed',
    way: null,
    bestFactId: denial?.id ?? null,
    settled,
    evidence: notTaught
      ? { notTaught: true }
      : denial
        ? { source: denial.source, outcome: absentOutcome }
        : {},
  };
}

/** Whether the way of teaching takes this as evidence; a word for the whole day or an excuse counts for any. */
function countsFor({ mode }: PlannedSpan, fact: StandingFact): boolean {
  return (
    mode === null || fact.plannedId === null || fact.way === 'excused' || mode.countingWays.includes(fact.way)
  );
}

/** A lesson of our rooms without a run was never taught, whoever waited in front of it. */
function isNotTaught({ planned, run }: Pick<Known, 'planned' | 'run'>): boolean {
  return planned.mode?.entrance === 'room' && run === null;
}

/** Whether so much of this way is the whole lesson, by its way of teaching. */
function isWhole({ planned, rules }: Known, way: Way, seconds: number, ofSeconds: number): boolean {
  return (planned.mode ?? MODES.live).isComplete({ way, seconds, outcome: null }, ofSeconds, rules);
}

interface Known {
  readonly planned: PlannedSpan;
  readonly run: RunSpan | null;
  readonly facts: readonly StandingFact[];
  readonly rules: AttendanceRules;
  readonly window: Window;
}
type Found = Omit<Judgement, 'settled'>;

interface Window extends Interval {
  readonly isOver: boolean;
  readonly taughtSeconds: number;
}

/** The time in which one could be taught; a teacher who comes late moves the beginning, never forward. */
function taughtWindow(planned: PlannedSpan, run: RunSpan | null, now: Date): Window {
  const due = planned.dueAt.getTime();
  const from = Math.max(planned.startsAt.getTime(), run?.startedAt.getTime() ?? 0);
  const forgotten = now.getTime() >= due + forgottenEndMs;
  const isOver = run ? run.endedAt !== null || forgotten : now.getTime() >= due;
  const end = run
    ? (run.endedAt?.getTime() ?? (forgotten ? due : now.getTime()))
    : Math.min(due, now.getTime());
  const to = Math.max(from, end);
  const taughtSeconds = run?.endedAt ? (run.taughtSeconds ?? (to - from) / 1000) : (to - from) / 1000;
  return { from, to, isOver, taughtSeconds };
}

function liveFacts({ facts }: Known): StandingFact[] {
  return facts.filter((fact) => (fact.way === 'live' || fact.way === 'external') && fact.fromAt && fact.toAt);
}

function liveIntervals(known: Known): Interval[] {
  return liveFacts(known).map((fact) => ({ from: fact.fromAt!.getTime(), to: fact.toAt!.getTime() }));
}

/** The most trusted word about having been there; the newest of equals. Intervals are no word. */
function wordOf(facts: readonly StandingFact[]): StandingFact | undefined {
  return facts
    .filter((fact) => fact.plannedId !== null && (isReaching(fact.outcome) || fact.outcome === absentOutcome))
    .sort(
      (a, b) =>
        trustRank(a.source) - trustRank(b.source) ||
        b.recordedAt.getTime() - a.recordedAt.getTime() ||
        byId(a, b),
    )[0];
}

function denialOf(facts: readonly StandingFact[]): StandingFact | undefined {
  const word = wordOf(facts);
  return word?.outcome === absentOutcome ? word : undefined;
}

function attendance(known: Known): {
  evidence: Evidence;
  enough: boolean;
  late: boolean;
  seconds: number;
  factId: string | null;
  way: Way | null;
} {
  const { window, rules, facts } = known;
  const all = union(liveIntervals(known));
  const inside = clip(all, window);
  // A room that counts what was really heard says so; nobody hears longer than they were there.
  const heardSeconds = liveFacts(known).reduce(
    (sum, fact) => sum + (fact.seconds ?? Number.POSITIVE_INFINITY),
    0,
  );
  const seconds = Math.min(Math.round(coveredLength(inside) / 1000), heardSeconds);
  // Coming through the door is written at once, as an interval without length; how long one stayed follows.
  const doors = liveIntervals(known);
  const entered = doors.length > 0 ? Math.min(...doors.map((one) => one.from)) : undefined;
  const left = doors.length > 0 ? Math.max(...doors.map((one) => one.to)) : undefined;
  const away = gaps(inside, {
    from: Math.max(window.from, inside[0]?.from ?? window.from),
    to: inside.at(-1)?.to ?? window.from,
  })
    .filter((gap) => gap.to - gap.from >= awayWorthTellingMs)
    .map((gap) => ({ from: iso(gap.from), to: iso(gap.to) }));
  const taughtSeconds = Math.round(window.taughtSeconds);
  const best = facts.filter((fact) => fact.fromAt && fact.way !== 'recording').sort(byFromThenId)[0];
  return {
    seconds,
    // Who was there for every second of a lesson that has only just begun was there for all of it.
    enough:
      seconds > 0 && (taughtSeconds === 0 || isWhole(known, best?.way ?? 'live', seconds, taughtSeconds)),
    late: entered !== undefined && entered > window.from + rules.lateMinutes * 60_000,
    factId: best?.id ?? null,
    way: best?.way ?? null,
    evidence: {
      ...(entered === undefined ? {} : { enteredAt: iso(entered), leftAt: iso(left ?? entered) }),
      ...(away.length > 0 ? { away } : {}),
      // While it runs these grow with every count, and each would be written anew for everybody in the room.
      ...(window.isOver ? { attendedSeconds: seconds, taughtSeconds } : {}),
    },
  };
}

function judgeLive(known: Known): Found | null {
  const { facts, rules } = known;
  const word = wordOf(facts);
  if (word?.outcome === absentOutcome) return null;
  const been = attendance(known);
  const hasIntervals = been.evidence.enteredAt !== undefined;
  const liveWord = word && (word.way === 'live' || word.way === 'external') ? word : undefined;
  // A person who looked into it is believed against the connection; an answered roll call is one moment of a lesson.
  if (liveWord && (liveWord.source === 'correction' || liveWord.source === 'contact' || !hasIntervals)) {
    return {
      state: 'present',
      way: liveWord.way,
      bestFactId: liveWord.id,
      evidence: {
        ...(hasIntervals ? been.evidence : {}),
        source: liveWord.source,
        outcome: liveWord.outcome ?? 'present',
      },
    };
  }
  if (isNotTaught(known)) return null;
  if (!been.enough) return null;
  return {
    state: been.late ? 'late' : 'present',
    way: been.way ?? 'live',
    bestFactId: been.factId,
    evidence: been.late ? { ...been.evidence, lateMinutes: rules.lateMinutes } : been.evidence,
  };
}

function judgeRecording(known: Known): Found | null {
  const { facts, rules, run, window } = known;
  const recordings = facts.filter((fact) => fact.way === 'recording');
  if (recordings.length === 0) return null;
  const voiceSeconds = run?.voiceSeconds ?? Math.round(window.taughtSeconds);
  const heardSeconds = heardOnce(known, recordings);
  if (!isWhole(known, 'recording', heardSeconds, voiceSeconds)) return null;
  const best = [...recordings].sort((a, b) => (b.seconds ?? 0) - (a.seconds ?? 0) || byId(a, b))[0];
  return {
    // Planned as a recording, hearing it is the lesson, not a make-up.
    state: known.planned.mode?.entrance === 'recording' ? 'reached' : 'madeUp',
    way: 'recording',
    bestFactId: best?.id ?? null,
    evidence: {
      heardSeconds: Math.min(heardSeconds, voiceSeconds),
      voiceSeconds,
      madeUpPercent: rules.madeUpPercent,
    },
  };
}

/** Seconds heard once: the largest count, or where ranges are known the union of replayed and live time. */
function heardOnce(known: Known, recordings: readonly StandingFact[]): number {
  const counted = Math.max(...recordings.map((fact) => fact.seconds ?? 0));
  const replayed = recordings.flatMap((fact) => (fact.heard ?? []).map(([from, to]) => ({ from, to })));
  const start = known.run?.startedAt.getTime();
  if (replayed.length === 0 || start === undefined || denialOf(known.facts))
    return Math.max(counted, coveredLength(replayed));
  const live = clip(liveIntervals(known), known.window).map(({ from, to }) => ({
    from: (from - start) / 1000,
    to: (to - start) / 1000,
  }));
  return Math.max(counted, Math.round(coveredLength([...replayed, ...live])));
}

function judgeOtherWays({ facts, window }: Known): Found | null {
  const word = wordOf(facts);
  if (
    word &&
    isReaching(word.outcome) &&
    word.way !== 'live' &&
    word.way !== 'external' &&
    word.way !== 'excused'
  ) {
    return reachedBy(word);
  }
  // A paper pack or a television morning for the whole day stands in for each lesson that nothing else reached.
  if (!window.isOver) return null;
  const wholeDay = facts
    .filter((fact) => fact.plannedId === null && isReaching(fact.outcome))
    .sort((a, b) => trustRank(a.source) - trustRank(b.source) || byId(a, b))[0];
  return wholeDay ? reachedBy(wholeDay) : null;
}

function reachedBy(fact: StandingFact): Found {
  return {
    state: 'reached',
    way: fact.way,
    bestFactId: fact.id,
    evidence: { source: fact.source, outcome: fact.outcome ?? 'taught' },
  };
}

function judgeExcuse({ facts }: Known): Found | null {
  const excuse = facts
    .filter((fact) => fact.way === 'excused' && fact.outcome !== 'withdrawn')
    .sort((a, b) => trustRank(a.source) - trustRank(b.source) || byId(a, b))[0];
  if (!excuse) return null;
  return {
    state: 'excused',
    way: 'excused',
    bestFactId: excuse.id,
    evidence: {
      source: excuse.source,
      excusedByStaff: excuse.source !== 'excuse',
      ...(excuse.outcome ? { reason: excuse.outcome } : {}),
    },
  };
}

/** Was there, and not long enough: here while it runs, not the whole lesson afterwards. */
function judgePartly(known: Known): Found | null {
  const { window, rules, facts } = known;
  if (denialOf(facts) || isNotTaught(known)) return null;
  const been = attendance(known);
  if (been.evidence.enteredAt === undefined) return null;
  const recordings = facts.filter((fact) => fact.way === 'recording');
  const heard =
    recordings.length > 0
      ? { heardSeconds: heardOnce(known, recordings), madeUpPercent: rules.madeUpPercent }
      : {};
  const evidence = { ...been.evidence, ...heard };
  const base = { way: 'live' as const, bestFactId: been.factId };
  if (window.isOver)
    return {
      ...base,
      state: 'leftEarly',
      evidence: { ...evidence, leftEarlyPercent: rules.leftEarlyPercent },
    };
  return { ...base, state: been.late ? 'late' : 'present', evidence };
}

function byFromThenId(a: StandingFact, b: StandingFact): number {
  return (a.fromAt?.getTime() ?? 0) - (b.fromAt?.getTime() ?? 0) || byId(a, b);
}

/** Any order will do that is always the same. */
function byId(a: StandingFact, b: StandingFact): number {
  return (a.id ?? '') < (b.id ?? '') ? -1 : 1;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
