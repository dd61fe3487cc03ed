import { Type, type Static, type TProperties } from 'typebox';

/** An object that refuses what it does not know, in requests and in answers. */
export function closed<P extends TProperties>(properties: P) {
  return Type.Object(properties, { additionalProperties: false });
}
export const Id = Type.String({ format: 'uuid' });
export const Day = Type.String({ format: 'date' });
/** Wall clock of the school. */
export const Clock = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' });
const Instant = Type.String({ format: 'date-time' });
export const nullable = <T extends Type.TSchema>(type: T) => Type.Union([type, Type.Null()]);

export const Duty = Type.Union([
  Type.Literal('lead'),
  Type.Literal('own'),
  Type.Literal('assistant'),
  Type.Literal('observer'),
]);
export const Staff = closed({ personId: Id, duty: Duty });
export const Audience = closed({ classId: Id, ownTeacherId: nullable(Id) });
/** A link people will click: https only. */
export const ModeParams = closed({
  link: Type.Optional(Type.String({ pattern: '^https://[^\\s"<>]+$', maxLength: 500 })),
  /** Tool of the meeting as the school calls it. */
  platform: Type.Optional(Type.String({ maxLength: 40 })),
});
const Period = Type.Integer({ minimum: 1, maximum: 20 });
const Weekday = Type.Integer({ minimum: 1, maximum: 7 });
const Week = Type.Integer({ minimum: 1, maximum: 40 });
const Mode = Type.String({ minLength: 1, maxLength: 40 });
const Reason = Type.Optional(nullable(Type.String({ maxLength: 200 })));

export const LessonPath = closed({ day: Day, lessonId: Id });
export const LessonRef = closed({ day: Day, lessonId: Id });
export const MoveLesson = closed({
  to: nullable(closed({ day: Day, period: Period })),
  swapWith: Type.Optional(nullable(LessonRef)),
  reason: Reason,
});
export const CancelLesson = closed({ reason: Reason });
export const SubstituteTeacher = closed({
  personId: Id,
  replacedId: Type.Optional(nullable(Id)),
  reason: Reason,
});
export const PrepareLesson = closed({
  topic: Type.Optional(nullable(Type.String({ maxLength: 200 }))),
  mode: Type.Optional(Mode),
  modeParams: Type.Optional(ModeParams),
});
export const StartNow = closed({
  classIds: Type.Array(Id, { minItems: 1, maxItems: 60 }),
  courseTitle: Type.String({ minLength: 1, maxLength: 60, pattern: '\\S' }),
  topic: Type.Optional(nullable(Type.String({ maxLength: 200 }))),
  minutes: Type.Integer({ minimum: 5, maximum: 180 }),
  mode: Mode,
  link: Type.Optional(nullable(Type.String({ pattern: '^https://[^\\s"<>]+$', maxLength: 500 }))),
});

/** A lesson as families and staff see it. */
export const LessonCard = closed({
  day: Day,
  lessonId: Id,
  title: Type.String(),
  topic: nullable(Type.String()),
  period: nullable(Type.Integer()),
  periodTo: nullable(Type.Integer()),
  startsAt: Instant,
  endsAt: Instant,
  mode: Type.String(),
  link: nullable(Type.String()),
  status: Type.Union([
    Type.Literal('planned'),
    Type.Literal('live'),
    Type.Literal('ended'),
    Type.Literal('cancelled'),
  ]),
  version: Type.Integer(),
  leadId: nullable(Id),
  leadName: nullable(Type.String()),
  classroom: nullable(Type.String()),
  classes: Type.Array(closed({ classId: Id, name: Type.String() })),
});
export type LessonCard = Static<typeof LessonCard>;

export const BellPeriod = closed({
  startsAt: Clock,
  endsAt: Clock,
  period: nullable(Period),
  label: nullable(Type.String({ maxLength: 60 })),
});
export const BellPlan = closed({
  id: Id,
  title: Type.String(),
  yearGroups: Type.Array(Type.String()),
  periods: Type.Array(BellPeriod),
});
export const BellPlans = closed({ bellPlans: Type.Array(BellPlan), yearGroups: Type.Array(Type.String()) });
export const SaveBellPlan = closed({
  schoolId: Id,
  title: Type.String({ minLength: 1, maxLength: 60, pattern: '\\S' }),
  yearGroups: Type.Array(Type.String({ minLength: 1, maxLength: 40 }), { maxItems: 40 }),
  periods: Type.Array(BellPeriod, { minItems: 1, maxItems: 40 }),
});

const WeekDay = closed({
  day: Day,
  kind: Type.Union([Type.Literal('teaching'), Type.Literal('off'), Type.Literal('closure')]),
  teachesWeekday: nullable(Weekday),
});
/** A week as it is published, for a class or a person. */
export const ShownWeek = closed({
  timeZone: Type.String(),
  today: Day,
  weekNo: Type.Integer(),
  term: closed({ title: Type.String(), firstDay: Day, lastDay: Day, weeks: Type.Integer() }),
  title: Type.String(),
  schoolName: Type.String(),
  days: Type.Array(WeekDay),
  periods: Type.Array(BellPeriod),
  lessons: Type.Array(LessonCard),
  published: nullable(closed({ version: Type.Integer(), at: Instant })),
});
export type ShownWeek = Static<typeof ShownWeek>;

const Slot = closed({
  itemId: Id,
  originId: Id,
  courseId: Id,
  weekday: Weekday,
  period: Period,
  periodTo: Period,
  weeks: Type.Array(Week),
  mode: Type.String(),
  modeParams: ModeParams,
  classroomId: nullable(Id),
  audiences: Type.Array(Audience),
  staff: Type.Array(Staff),
  /** Came from a term list with a double use; out of every publication until it is solved. */
  held: Type.Boolean(),
  /** Teachers as the file names them, whom the roster does not have. */
  teacherNames: Type.Array(Type.String()),
});
export type Slot = Static<typeof Slot>;

const Named = closed({ id: Id, name: Type.String() });
export const Report = closed({
  added: Type.Integer(),
  moved: Type.Integer(),
  changed: Type.Integer(),
  cancelled: Type.Integer(),
  unchanged: Type.Integer(),
  tooLate: Type.Integer(),
  unplaced: Type.Integer(),
  /** Slots of a term list that use somebody twice in this week; they were left out. */
  held: Type.Optional(Type.Integer()),
  classes: Type.Integer(),
  teachers: Type.Integer(),
  pupils: Type.Integer(),
  families: Type.Integer(),
});
export const Publication = closed({
  weekNo: Type.Integer(),
  version: Type.Integer(),
  publishedAt: Instant,
  report: Report,
});
/** One line of "what publishing would change"; ids and times, the screen has the names. */
const PlannedChange = closed({
  kind: Type.Union([
    Type.Literal('added'),
    Type.Literal('moved'),
    Type.Literal('changed'),
    Type.Literal('cancelled'),
  ]),
  courseId: Id,
  classIds: Type.Array(Id),
  from: nullable(closed({ day: Day, period: nullable(Type.Integer()) })),
  to: nullable(closed({ day: Day, period: nullable(Type.Integer()) })),
  fields: Type.Array(Type.String()),
});
export const Plan = closed({
  school: closed({ id: Id, name: Type.String() }),
  timeZone: Type.String(),
  today: Day,
  term: closed({ id: Id, title: Type.String(), firstDay: Day, lastDay: Day, weeks: Type.Integer() }),
  weekNo: Type.Integer(),
  days: Type.Array(WeekDay),
  bellPlans: Type.Array(BellPlan),
  classes: Type.Array(
    closed({ id: Id, name: Type.String(), kind: Type.String(), yearGroup: nullable(Type.String()) }),
  ),
  courses: Type.Array(Named),
  classrooms: Type.Array(Named),
  teachers: Type.Array(
    closed({
      id: Id,
      name: Type.String(),
      number: Type.String(),
      /** Readings of the name, see `people/name-words.ts`. */
      readings: Type.Array(Type.String()),
    }),
  ),
  slots: Type.Array(Slot),
  unplaced: Type.Array(closed({ itemId: Id, reason: Type.String() })),
  clashes: Type.Array(closed({ kind: Type.String(), resourceId: Id, first: Id, second: Id, day: Day })),
  lessons: Type.Array(LessonCard),
  changes: Type.Array(PlannedChange),
  touched: closed({ classes: Type.Integer(), teachers: Type.Integer(), families: Type.Integer() }),
  tooLate: Type.Integer(),
  published: nullable(closed({ version: Type.Integer(), at: Instant })),
});
export type Plan = Static<typeof Plan>;

const EditFields = {
  weekday: Type.Optional(Weekday),
  period: Type.Optional(Period),
  periodTo: Type.Optional(Period),
  courseId: Type.Optional(Id),
  mode: Type.Optional(Mode),
  modeParams: Type.Optional(ModeParams),
  classroomName: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 60 }))),
  audiences: Type.Optional(Type.Array(Audience, { minItems: 1, maxItems: 60 })),
  staff: Type.Optional(Type.Array(Staff, { maxItems: 20 })),
};
export const EditSlots = closed({
  weekNo: Week,
  scope: Type.Union([Type.Literal('week'), Type.Literal('following'), Type.Literal('all')]),
  edits: Type.Array(closed({ itemId: Id, remove: Type.Optional(Type.Boolean()), ...EditFields }), {
    minItems: 1,
    maxItems: 50,
  }),
});
export const SlotsEdited = closed({ originIds: Type.Array(Id) });
export const AddSlot = closed({
  courseId: Id,
  weekday: Weekday,
  period: Period,
  periodTo: Period,
  weeks: Type.Array(Week, { minItems: 1, maxItems: 40 }),
  mode: Mode,
  modeParams: ModeParams,
  classroomName: nullable(Type.String({ minLength: 1, maxLength: 60 })),
  audiences: Type.Array(Audience, { minItems: 1, maxItems: 60 }),
  staff: Type.Array(Staff, { maxItems: 20 }),
});
export const SlotAdded = closed({ itemId: Id });
