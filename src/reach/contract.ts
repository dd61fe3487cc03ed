import { Type, type TProperties, type TSchema } from 'typebox';
import { closingReasons } from './rules/follow-up.ts';
import { contactMeans, contactOutcomes, reasons } from './rules/follow-up.ts';

/** An object that refuses what it does not know, in requests and in answers. */
export function closed<P extends TProperties>(properties: P) {
  return Type.Object(properties, { additionalProperties: false });
}
export const Id = Type.String({ format: 'uuid' });
export const Day = Type.String({ format: 'date' });
/** Read from the database as a `Date`, sent as ISO text. */
const Instant = Type.Unsafe<Date>({ type: 'string', format: 'date-time' });
/** Already text when it comes out of a JSON aggregate. */
const InstantText = Type.String({ format: 'date-time' });
const nullable = <T extends TSchema>(type: T) => Type.Union([type, Type.Null()]);
const oneOf = <const T extends readonly string[]>(words: T) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...words] });
const Count = Type.Integer({ minimum: 0 });

export const LessonState = oneOf([
  'open',
  'present',
  'late',
  'leftEarly',
  'madeUp',
  'reached',
  'missed',
  'excused',
  'cancelled',
]);
export const DayState = oneOf(['pending', 'reached', 'reachedLate', 'excused', 'unreached']);
export const WayWord = oneOf(['live', 'recording', 'external', 'tv', 'phone', 'paper', 'visit', 'excused']);
export const ReasonWord = oneOf(reasons);
export const MeansWord = oneOf(contactMeans);
export const OutcomeWord = oneOf(contactOutcomes);
export const ContestReasonWord = oneOf([
  'wasThere',
  'deviceFailed',
  'networkFailed',
  'powerFailed',
  'otherWay',
  'other',
]);

/** Data of the sentences that say why; see rules/attendance.ts. */
export const Evidence = closed({
  enteredAt: Type.Optional(Type.String()),
  leftAt: Type.Optional(Type.String()),
  away: Type.Optional(Type.Array(closed({ from: Type.String(), to: Type.String() }))),
  attendedSeconds: Type.Optional(Count),
  taughtSeconds: Type.Optional(Count),
  heardSeconds: Type.Optional(Count),
  voiceSeconds: Type.Optional(Count),
  lateMinutes: Type.Optional(Count),
  leftEarlyPercent: Type.Optional(Count),
  madeUpPercent: Type.Optional(Count),
  source: Type.Optional(Type.String()),
  outcome: Type.Optional(Type.String()),
  excusedByStaff: Type.Optional(Type.Boolean()),
  reason: Type.Optional(Type.String()),
  notTaught: Type.Optional(Type.Boolean()),
});

const Contact = closed({ at: InstantText, means: MeansWord, outcome: OutcomeWord });
const GuardianTail = closed({ personId: Id, name: Type.String(), tail: nullable(Type.String()) });
const RecentDay = closed({ day: Day, state: DayState, way: nullable(WayWord) });

const BoardLesson = {
  lessonId: Id,
  courseTitle: Type.String(),
  period: nullable(Type.Integer()),
  mode: Type.String(),
  startsAt: Instant,
  endsAt: Instant,
  teacherId: nullable(Id),
  teacherName: nullable(Type.String()),
  startedAt: nullable(Instant),
  endedAt: nullable(Instant),
  classId: Id,
  className: Type.String(),
};
const Phase = oneOf(['before', 'waiting', 'running', 'ended']);

export const ClassBoard = closed({
  now: Instant,
  timeZone: Type.String(),
  lesson: closed(BoardLesson),
  phase: Phase,
  rules: closed({ lateMinutes: Count }),
  tiles: Type.Array(
    closed({
      personId: Id,
      name: Type.String(),
      number: Type.String(),
      tile: oneOf([
        'here',
        'late',
        'lost',
        'missing',
        'waiting',
        'excused',
        'otherWay',
        'notYet',
        'reached',
        'partly',
      ]),
      way: nullable(WayWord),
      evidence: nullable(Evidence),
      lastSeenAt: nullable(Instant),
      known: nullable(
        closed({
          isOwnCare: Type.Boolean(),
          adultName: nullable(Type.String()),
          recent: Type.Array(RecentDay),
          today: Type.Array(closed({ state: LessonState, startsAt: InstantText })),
          guardians: Type.Array(GuardianTail),
          followUpId: nullable(Id),
          lastContact: nullable(Contact),
          reason: nullable(ReasonWord),
        }),
      ),
    }),
  ),
});

export const SchoolBoard = closed({
  now: Instant,
  day: Day,
  schoolName: Type.String(),
  timeZone: Type.String(),
  lessons: Type.Array(
    closed({
      ...BoardLesson,
      phase: Phase,
      expected: Count,
      here: Count,
      excused: Count,
      otherWays: Count,
      missing: Count,
      contacted: Count,
      teacherMissingMinutes: nullable(Count),
    }),
  ),
  totals: closed({ expected: Count, here: Count, missing: Count, waiting: Count }),
  nextAt: nullable(Instant),
  periods: Type.Array(closed({ period: Type.Integer(), missing: Count, isOver: Type.Boolean() })),
  overdue: Type.Array(
    closed({
      followUpId: Id,
      pupilName: Type.String(),
      className: Type.String(),
      adultName: nullable(Type.String()),
      dueAt: Instant,
      days: Count,
    }),
  ),
});

const Figures = {
  expected: Count,
  reached: Count,
  reachedLate: Count,
  excused: Count,
  unreached: Count,
  pending: Count,
  withoutAdult: Count,
};
const Unit = { orgId: Id, name: Type.String(), kind: Type.String(), code: Type.String() };

/** Names of units, never of people. */
export const UnitBoard = closed({
  now: Instant,
  day: Day,
  timeZone: Type.String(),
  unit: closed(Unit),
  totals: closed({ ...Figures, followUps: Count, overdue: Count, schools: Count, silentSchools: Count }),
  ways: Type.Array(closed({ way: WayWord, count: Count })),
  rows: Type.Array(
    closed({
      ...Unit,
      ...Figures,
      data: oneOf(['reports', 'silent', 'noPlan', 'notYet', 'off']),
      schools: Count,
      silentSchools: Count,
      followUps: Count,
      overdue: Count,
      twoDays: Count,
      lastFactAt: nullable(Instant),
      week: Type.Array(Count),
    }),
  ),
  series: Type.Array(closed({ day: Day, expected: Count, unreached: Count })),
  cutOff: nullable(Instant),
});

export const DailyFigure = closed({
  day: Day,
  schoolName: Type.String(),
  cutOff: Instant,
  timeZone: Type.String(),
  lessons: Type.Array(closed({ mode: Type.String(), planned: Count, taught: Count, cancelled: Count })),
  figures: Type.Record(Type.String(), Count),
  ways: Type.Array(closed({ way: WayWord, count: Count })),
  classes: Type.Array(
    closed({
      className: Type.String(),
      expected: Count,
      reached: Count,
      reachedLate: Count,
      excused: Count,
      unreached: Count,
      pending: Count,
    }),
  ),
});

const Difference = closed({
  unitName: nullable(Type.String()),
  measure: Type.String(),
  from: Count,
  to: Count,
});

/** A unit's report of a day. Names of units, never of people but of who issued a correction. */
export const UnitFigure = closed({
  now: Instant,
  day: Day,
  timeZone: Type.String(),
  unit: closed(Unit),
  reportTime: Type.String(),
  issues: Type.Array(
    closed({
      issue: Count,
      cutOff: Instant,
      issuedByName: nullable(Type.String()),
      differences: Type.Array(Difference),
    }),
  ),
  figures: closed({
    measures: closed({ ...Figures, followUps: Count, schools: Count, silentSchools: Count }),
    ways: Type.Array(closed({ way: WayWord, count: Count })),
    units: Type.Array(
      closed({
        orgId: Id,
        name: Type.String(),
        code: Type.String(),
        data: oneOf(['reports', 'silent', 'noPlan', 'notYet', 'off']),
        lastFactAt: nullable(InstantText),
        expected: Count,
        reached: Count,
        reachedLate: Count,
        excused: Count,
        unreached: Count,
        pending: Count,
      }),
    ),
    silent: Type.Array(
      closed({ schoolId: Id, name: Type.String(), code: Type.String(), data: oneOf(['silent', 'noPlan']) }),
    ),
  }),
  cutOff: Instant,
  since: Type.Array(Difference),
});
export const IssueOfDay = closed({ day: Day });

const FollowUp = {
  followUpId: Id,
  pupilId: Id,
  pupilName: Type.String(),
  pupilNumber: Type.String(),
  className: Type.String(),
  origin: oneOf(['dayClose', 'cannotAttend', 'byHand']),
  reason: nullable(ReasonWord),
  openedAt: Instant,
  dueAt: Instant,
  days: Type.Array(Day),
  adultId: nullable(Id),
  adultName: nullable(Type.String()),
  deputyName: nullable(Type.String()),
  isEscalated: Type.Boolean(),
  contacts: Count,
  lastContact: nullable(Contact),
};

export const Contest = closed({
  contestId: Id,
  pupilId: Id,
  pupilName: Type.String(),
  className: nullable(Type.String()),
  day: Day,
  lessonId: Id,
  courseTitle: nullable(Type.String()),
  startsAt: Instant,
  lessonState: LessonState,
  evidence: nullable(Evidence),
  reason: ContestReasonWord,
  note: nullable(Type.String()),
  openedAt: Instant,
  openedByName: Type.String(),
});

export const OwnFollowUps = closed({
  now: Instant,
  day: Day,
  timeZone: Type.String(),
  open: Type.Array(closed(FollowUp)),
  missedToday: Type.Array(
    closed({
      pupilId: Id,
      pupilName: Type.String(),
      pupilNumber: Type.String(),
      className: Type.String(),
      expected: Count,
      reached: Count,
      missed: Count,
      state: DayState,
    }),
  ),
  contests: Type.Array(Contest),
  running: Type.Array(
    closed({
      day: Day,
      lessonId: Id,
      classId: Id,
      className: Type.String(),
      courseTitle: Type.String(),
      startsAt: Instant,
      endsAt: Instant,
      expected: Count,
      missing: Count,
    }),
  ),
});

export const SchoolFollowUps = closed({
  now: Instant,
  timeZone: Type.String(),
  open: Type.Array(closed(FollowUp)),
  gaps: Type.Array(
    closed({ pupilId: Id, pupilName: Type.String(), pupilNumber: Type.String(), className: Type.String() }),
  ),
});

export const FollowUpDetail = closed({
  ...FollowUp,
  now: Instant,
  timeZone: Type.String(),
  /** May this person call the family: named adult or deputy. */
  mayCall: Type.Boolean(),
  state: oneOf(['open', 'closed']),
  closedAt: nullable(Instant),
  closedBy: nullable(oneOf(['fact', 'reason', 'withdrawn'])),
  closingReason: nullable(Type.String()),
  schoolId: Id,
  recentDays: Type.Array(
    closed({ day: Day, state: DayState, way: nullable(WayWord), expected: Count, reached: Count }),
  ),
  log: Type.Array(
    closed({
      at: InstantText,
      means: MeansWord,
      outcome: OutcomeWord,
      reason: nullable(ReasonWord),
      note: nullable(Type.String()),
      byName: Type.String(),
      day: Day,
    }),
  ),
  told: Type.Array(
    closed({ toldAt: InstantText, reason: ReasonWord, plannedId: nullable(Id), byName: Type.String() }),
  ),
  guardians: Type.Array(GuardianTail),
});

const Note = Type.Optional(nullable(Type.String({ maxLength: 500 })));
export const NewContact = closed({
  means: MeansWord,
  outcome: OutcomeWord,
  reason: Type.Optional(nullable(ReasonWord)),
  note: Note,
});
export const Closing = closed({ reason: oneOf(closingReasons), note: Note });
export const AskForNumber = closed({ guardianId: Id });
export const Number = closed({ number: Type.String(), followUpId: nullable(Id) });
export const BegunFollowUp = closed({ followUpId: Id });

export const TellCannotAttend = closed({ pupilId: Id, lessonId: nullable(Id), reason: ReasonWord });
export const Withdrawal = closed({ pupilId: Id });
export const CannotAttend = closed({
  day: Day,
  now: Instant,
  timeZone: Type.String(),
  pupilName: Type.String(),
  adultName: nullable(Type.String()),
  guardians: Type.Array(GuardianTail),
  told: Type.Array(
    closed({
      id: Id,
      lessonId: nullable(Id),
      courseTitle: nullable(Type.String()),
      period: nullable(Type.Integer()),
      reason: ReasonWord,
      toldAt: Instant,
      adultName: nullable(Type.String()),
      dueAt: Instant,
      canWithdraw: Type.Boolean(),
    }),
  ),
  lessons: Type.Array(
    closed({
      lessonId: Id,
      courseTitle: nullable(Type.String()),
      period: nullable(Type.Integer()),
      startsAt: Instant,
      endsAt: Instant,
    }),
  ),
});

const DaySummary = closed({
  day: Day,
  state: DayState,
  way: nullable(WayWord),
  expected: Count,
  reached: Count,
  missed: Count,
});
export const PupilDays = closed({
  day: Day,
  today: Day,
  now: Instant,
  timeZone: Type.String(),
  pupilName: Type.String(),
  lessons: Type.Array(
    closed({
      lessonId: Id,
      courseTitle: nullable(Type.String()),
      teacherName: nullable(Type.String()),
      period: nullable(Type.Integer()),
      mode: nullable(Type.String()),
      startsAt: Instant,
      endsAt: Instant,
      state: LessonState,
      way: nullable(WayWord),
      settled: Type.Boolean(),
      hasRecording: Type.Boolean(),
      evidence: nullable(Evidence),
      contest: nullable(
        closed({
          contestId: Id,
          state: oneOf(['open', 'accepted', 'declined']),
          reason: ContestReasonWord,
          answer: nullable(Type.String()),
        }),
      ),
    }),
  ),
  recent: Type.Array(DaySummary),
});

export const Children = closed({
  day: Day,
  now: Instant,
  timeZone: Type.String(),
  children: Type.Array(
    closed({
      pupilId: Id,
      name: Type.String(),
      className: nullable(Type.String()),
      schoolName: Type.String(),
      state: nullable(DayState),
      expected: Count,
      reached: Count,
      missed: Count,
      beads: Type.Array(closed({ period: nullable(Type.Integer()), state: LessonState, lessonId: Id })),
      followUp: nullable(closed({ adultName: nullable(Type.String()), dueAt: InstantText })),
    }),
  ),
});

export const NewContest = closed({
  pupilId: Id,
  day: Day,
  lessonId: Id,
  reason: ContestReasonWord,
  note: Note,
});
export const Contests = closed({ contests: Type.Array(Contest) });
export const ContestAnswer = closed({ accept: Type.Boolean(), answer: Note, way: Type.Optional(WayWord) });

export const Rules = closed({
  lateMinutes: Type.Integer({ minimum: 0, maximum: 60 }),
  leftEarlyPercent: Type.Integer({ minimum: 1, maximum: 100 }),
  madeUpPercent: Type.Integer({ minimum: 1, maximum: 100 }),
  dayNeeds: oneOf(['anyLesson', 'everyLesson']),
  followUpHours: Type.Integer({ minimum: 1, maximum: 72 }),
  helpHours: Type.Integer({ minimum: 1, maximum: 24 }),
  /** `HH:MM` in the school's zone; the school's day begins at 04:00. */
  dayCloses: Type.String({ pattern: '^(0[5-9]|1[0-9]|2[0-3]):[0-5][0-9]$' }),
});
export const SchoolRules = closed({ rules: Rules, defaults: Rules, version: Count });
export const ChangeRules = closed({ rules: Rules, version: Count });
export const Done = closed({ done: Type.Literal(true) });
