import { Type, type Static } from 'typebox';

const Instant = Type.String({ format: 'date-time' });
const Day = Type.String({ format: 'date' });
const Id = Type.String({ format: 'uuid' });
const orNull = <S extends ReturnType<typeof Type.String>>(schema: S) => Type.Union([schema, Type.Null()]);

/** How a lesson is taught; words: `rooms.mode.<mode>`. */
export const TeachingMode = Type.Union([
  Type.Literal('live'),
  Type.Literal('recording'),
  Type.Literal('external'),
  Type.Literal('contacted'),
  Type.Literal('tv'),
  Type.Literal('self-study'),
  Type.Literal('questions'),
  Type.Literal('phone'),
  Type.Literal('paper'),
]);

/** Where the lesson stands: `open` is the ten minutes in which one may already go in. */
export const LessonState = Type.Union([
  Type.Literal('before'),
  Type.Literal('open'),
  Type.Literal('running'),
  Type.Literal('ended'),
  Type.Literal('cancelled'),
]);

/** One bead: what became of this lesson for this pupil. `toCome` until it begins, `running` while nothing is known yet. */
export const LessonReach = Type.Union([
  Type.Literal('toCome'),
  Type.Literal('running'),
  Type.Literal('reached'),
  Type.Literal('missed'),
  Type.Literal('excused'),
]);

/** A lesson on the pupil's day. */
export const TodayLesson = Type.Object({
  lessonId: Id,
  schoolDay: Day,
  /** Number in the bell plan; null for a lesson outside it. */
  period: Type.Union([Type.Integer(), Type.Null()]),
  startsAt: Instant,
  endsAt: Instant,
  /** From when one may go in. */
  opensAt: Instant,
  courseTitle: Type.String(),
  topic: orNull(Type.String()),
  teacherName: orNull(Type.String()),
  mode: TeachingMode,
  state: LessonState,
  reach: LessonReach,
  /** Channel of the television, number of the sheet and the like; null when there is nothing to say. */
  note: orNull(Type.String()),
  /** Bytes the whole lesson will cost on the chosen step; 0 when it costs none; null when not known. */
  expectedBytes: Type.Union([Type.Integer(), Type.Null()]),
  /** Address to open for a meeting elsewhere; null until it is time, or for other modes. */
  link: orNull(Type.String()),
});

/** A lesson that was missed and can still be made up. */
export const MakeUp = Type.Object({
  lessonId: Id,
  schoolDay: Day,
  period: Type.Union([Type.Integer(), Type.Null()]),
  courseTitle: Type.String(),
  /** Whole minutes still to hear. */
  minutesLeft: Type.Integer({ minimum: 0 }),
  expectedBytes: Type.Union([Type.Integer(), Type.Null()]),
  /** Making it up counts until then. */
  until: Instant,
});

/** A pupil as their own Today, or their guardian's, shows them. */
export const TodayPupil = Type.Object({
  pupilId: Id,
  name: Type.String(),
  className: orNull(Type.String()),
  schoolName: Type.String(),
  /** Years 1 and 2 of primary: large pictures and buttons, few choices. */
  isLowerPrimary: Type.Boolean(),
  /** All planned lessons of the day in order, for the beads of every child. */
  beads: Type.Array(Type.Object({ period: Type.Union([Type.Integer(), Type.Null()]), reach: LessonReach })),
});

const ChangeSide = Type.Object({
  day: Day,
  period: Type.Union([Type.Integer(), Type.Null()]),
  startsAt: Instant,
  mode: Type.String(),
  leadName: orNull(Type.String()),
});

/** What became different in the published plan of today or tomorrow. */
export const PlanChange = Type.Object({
  changeId: Id,
  kind: Type.Union([
    Type.Literal('added'),
    Type.Literal('moved'),
    Type.Literal('cancelled'),
    Type.Literal('substituted'),
    Type.Literal('modeChanged'),
    Type.Literal('restored'),
  ]),
  courseTitle: Type.String(),
  classNames: Type.Array(Type.String()),
  before: Type.Union([ChangeSide, Type.Null()]),
  after: Type.Union([ChangeSide, Type.Null()]),
  reason: orNull(Type.String()),
  changedAt: Instant,
});

/** `GET /api/today?pupilId=`: the day of one pupil. A guardian gets the asked child, or the one who needs them most. */
export const Today = Type.Object({
  /** Server's time of this answer; everything relative ("since 4 minutes") counts from here. */
  now: Instant,
  timeZone: Type.String(),
  day: Day,
  weekNo: Type.Union([Type.Integer(), Type.Null()]),
  dayKind: Type.Union([Type.Literal('teaching'), Type.Literal('off'), Type.Literal('closure')]),
  /** True for a guardian: the page speaks of the child, not to it. */
  isGuardian: Type.Boolean(),
  pupil: TodayPupil,
  /** The guardian's children, most in need first; for a pupil just themselves. */
  children: Type.Array(TodayPupil),
  lessons: Type.Array(TodayLesson),
  makeUps: Type.Array(MakeUp),
  /** Changes of today's and tomorrow's plan, newest first. */
  changes: Type.Array(PlanChange),
  /** First lesson of the next school day, for an empty or finished day; null when none is planned. */
  next: Type.Union([Type.Object({ day: Day, startsAt: Instant, courseTitle: Type.String() }), Type.Null()]),
  /** What was sent for "I cannot attend" today and still stands; null when nothing was. */
  cannotAttend: Type.Union([Type.Object({ sentAt: Instant, adultName: Type.String() }), Type.Null()]),
});
export type Today = Static<typeof Today>;
export type TodayLesson = Static<typeof TodayLesson>;
export type TodayPupil = Static<typeof TodayPupil>;
export type MakeUp = Static<typeof MakeUp>;
export type PlanChange = Static<typeof PlanChange>;

/** A lesson on a teacher's day. */
export const TeacherLesson = Type.Object({
  lessonId: Id,
  schoolDay: Day,
  period: Type.Union([Type.Integer(), Type.Null()]),
  startsAt: Instant,
  endsAt: Instant,
  opensAt: Instant,
  courseTitle: Type.String(),
  topic: orNull(Type.String()),
  classNames: Type.Array(Type.String()),
  mode: Type.String(),
  link: orNull(Type.String()),
  state: LessonState,
  /** Whether it was taught here, so that it can be heard again. */
  hasRecording: Type.Boolean(),
  /** Pupils expected, reached and missing by now; null before the day was opened. */
  pupils: Type.Union([
    Type.Object({ expected: Type.Integer(), reached: Type.Integer(), missed: Type.Integer() }),
    Type.Null(),
  ]),
});

/** `GET /api/today/teaching`: a teacher's own day. */
export const TeacherToday = Type.Object({
  now: Instant,
  timeZone: Type.String(),
  day: Day,
  weekNo: Type.Union([Type.Integer(), Type.Null()]),
  dayKind: Type.Union([Type.Literal('teaching'), Type.Literal('off'), Type.Literal('closure')]),
  name: Type.String(),
  lessons: Type.Array(TeacherLesson),
  changes: Type.Array(PlanChange),
  /** Classes one may teach at once, for a lesson that is not in the plan. */
  classes: Type.Array(Type.Object({ classId: Id, name: Type.String() })),
  next: Type.Union([Type.Object({ day: Day, startsAt: Instant, courseTitle: Type.String() }), Type.Null()]),
});
export type TeacherToday = Static<typeof TeacherToday>;
export type TeacherLesson = Static<typeof TeacherLesson>;
