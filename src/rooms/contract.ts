import Type, { type Static } from 'typebox';
import {
  CHAT_MAX_CHARS,
  FEED_HOLD_SECONDS,
  FEED_MAX_BYTES,
  ORDERS,
  PAGE_TEXT_MAX,
  PRESENCE_STATES,
} from './wire.ts';
import { CONTACT_OUTCOMES, CONTACT_WAYS } from './service-presence.ts';
import { ROLL_CALL_SECONDS } from './service-talk.ts';

const closed = { additionalProperties: false } as const;
const Id = Type.String({ format: 'uuid' });
const Instant = Type.String({ format: 'date-time' });
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
/** Whole number of a PostgreSQL `integer`. */
const Whole = Type.Integer({ minimum: 0, maximum: 2_147_483_647 });
const orNull = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const oneOf = <const Words extends readonly string[]>(words: Words) =>
  Type.Unsafe<Words[number]>({ type: 'string', enum: [...words] });

export const LessonParams = Type.Object({ schoolDay: Type.String({ format: 'date' }), lessonId: Id }, closed);
export const LogParams = Type.Object({ logId: Id }, closed);
/** Child that follows on a parent's telephone; `as`: appointment of a socket or download, read by the platform. */
export const ForPupil = { for: Type.Optional(Id), as: Type.Optional(Type.String({ maxLength: 60 })) };
export const OnlyForPupil = Type.Object(ForPupil, closed);
export const Nothing = Type.Object({}, closed);
export const Done = Type.Null();

/** Bytes as they are; `bytesOf` checks their type and that there are any. */
export const RawBytes = Type.Unsafe<unknown>({});

const RoomState = oneOf(['waiting', 'live', 'paused', 'ended']);

const LessonOfRoom = Type.Object(
  {
    schoolDay: Type.String({ format: 'date' }),
    lessonId: Id,
    courseTitle: Type.String(),
    topic: orNull(Type.String()),
    period: orNull(Type.Integer()),
    startsAt: Instant,
    endsAt: Instant,
    mode: Type.String(),
    teacherId: orNull(Id),
    teacherName: orNull(Type.String()),
    classNames: Type.Array(Type.String()),
  },
  closed,
);

export const EntranceAnswer = Type.Object(
  {
    standing: oneOf(['pupil', 'teacher', 'assistant', 'observer']),
    personId: Id,
    classId: orNull(Id),
    logId: Id,
    state: RoomState,
    muted: Type.Boolean(),
    /** Whether this person may write in the chat: a child under 14 needs a guardian's word. */
    mayChat: Type.Boolean(),
    entrance: oneOf(['room', 'recording', 'link', 'none']),
    /** For one socket within `ticketSeconds`. */
    ticket: Type.String(),
    ticketSeconds: Type.Integer(),
    serverTime: Instant,
    /** Meeting elsewhere; null for lessons in our room. */
    link: orNull(Type.String()),
    expectedBytes: Type.Object({ standard: Type.Integer(), lightest: Type.Integer() }, closed),
    lesson: LessonOfRoom,
  },
  closed,
);

export const PeopleAnswer = Type.Object(
  {
    people: Type.Array(
      Type.Object({ personId: Id, name: Type.String(), staff: Type.Boolean(), classId: orNull(Id) }, closed),
    ),
  },
  closed,
);

export const HeartbeatBody = Type.Object(
  {
    /** Minute of lesson time, 0 is the first. */
    minute: Type.Integer({ minimum: 0, maximum: 1440 }),
    heardMs: Type.Integer({ minimum: 0, maximum: 60_000 }),
    step: Type.Integer({ minimum: 0, maximum: 9 }),
    queueMs: Type.Integer({ minimum: 0, maximum: 86_400_000 }),
  },
  closed,
);
export const ChatBody = Type.Object(
  {
    /** Made by the page; the same id again is the same line. */
    clientId: Type.String({ minLength: 8, maxLength: 60, pattern: '^[A-Za-z0-9_-]+$' }),
    text: Type.String({ minLength: 1, maxLength: CHAT_MAX_CHARS, pattern: '\\S' }),
  },
  closed,
);
export const ChatAnswer = Type.Object(
  {
    n: Type.Integer(),
    /** The class does not see it: the teacher has the chat to themselves. */
    toStaff: Type.Boolean(),
  },
  closed,
);
export const HandBody = Type.Object({ up: Type.Boolean() }, closed);
export const LostBody = Type.Object(
  {
    pageN: Type.Integer({ minimum: 0, maximum: 10_000 }),
    /** It is understood by now: the page is not counted any more. */
    takenBack: Type.Optional(Type.Boolean()),
  },
  closed,
);
export const RollCallBody = Type.Object(
  { id: Id, seconds: Type.Integer({ minimum: ROLL_CALL_SECONDS.least, maximum: ROLL_CALL_SECONDS.most }) },
  closed,
);
export const RollCallAnswer = Type.Object({ id: Id, until: Instant }, closed);
export const RollCallParams = Type.Object(
  { schoolDay: Type.String({ format: 'date' }), lessonId: Id, rollCallId: Id },
  closed,
);
export const OrderBody = Type.Object(
  {
    order: oneOf(ORDERS),
    /** With `end`: lesson time up to which the teacher's page has voice, sent or not. */
    atMs: Type.Optional(Whole),
  },
  closed,
);
export const SwitchesAnswer = Type.Object(
  {
    state: oneOf(['live', 'paused', 'ended']),
    muted: Type.Boolean(),
    chatScope: oneOf(['all', 'staff', 'off']),
  },
  closed,
);
export const RemoveBody = Type.Object({ personId: Id }, closed);
export const ContactBody = Type.Object(
  { pupilId: Id, way: oneOf(CONTACT_WAYS), outcome: oneOf(CONTACT_OUTCOMES) },
  closed,
);
export const PresenceAnswer = Type.Object(
  {
    serverTime: Instant,
    lesson: LessonOfRoom,
    pupils: Type.Array(
      Type.Object(
        {
          personId: Id,
          name: Type.String(),
          classId: Id,
          className: Type.String(),
          state: oneOf(PRESENCE_STATES),
          since: orNull(Instant),
          handUpAt: orNull(Instant),
          heardSeconds: Type.Integer(),
          queueMs: orNull(Type.Integer()),
          step: orNull(Type.Integer()),
          answeredAt: orNull(Instant),
          contact: orNull(
            Type.Object({ way: oneOf(CONTACT_WAYS), outcome: oneOf(CONTACT_OUTCOMES), at: Instant }, closed),
          ),
        },
        closed,
      ),
    ),
  },
  closed,
);

export const SegmentParams = Type.Object({ logId: Id, track: oneOf(['voice', 'events']), n: Whole }, closed);
export const SegmentQuery = Type.Object(
  { startMs: Whole, durationMs: Whole, sha256: Sha256, as: ForPupil.as },
  closed,
);
export const NextAnswer = Type.Object({ next: Type.Integer() }, closed);
export const PageQuery = Type.Object(
  {
    n: Type.Integer({ minimum: 1, maximum: 100_000 }),
    sha256: Sha256,
    text: Type.Optional(Type.String({ maxLength: PAGE_TEXT_MAX })),
    as: ForPupil.as,
  },
  closed,
);
export const PageAnswer = Type.Object(
  {
    n: Type.Integer(),
    sha256: Sha256,
    width: Type.Integer(),
    height: Type.Integer(),
    largeBytes: Type.Integer(),
    smallBytes: Type.Integer(),
    text: Type.String(),
  },
  closed,
);
export const FeedQueryText = Type.Object(
  {
    voice: Whole,
    events: Whole,
    talk: Whole,
    pages: Whole,
    step: Type.Integer({ minimum: 1, maximum: 10, default: 1 }),
    /** Seconds to wait for the voice asked for. */
    hold: Type.Number({ minimum: 0, maximum: FEED_HOLD_SECONDS, default: FEED_HOLD_SECONDS }),
    max: Type.Integer({ minimum: 1000, maximum: FEED_MAX_BYTES, default: 64 * 1024 }),
    /** 1: the voice's init segment too. */
    init: Type.Integer({ minimum: 0, maximum: 1, default: 0 }),
    ...ForPupil,
  },
  closed,
);
export const SealedVoiceParams = Type.Object(
  { logId: Id, key: Type.String({ pattern: '^[0-9a-f]{32}$' }), n: Whole },
  closed,
);
export const PageImageParams = Type.Object({ logId: Id, sha256: Sha256 }, closed);
export const PageImageQuery = Type.Object({ size: oneOf(['large', 'small']), ...ForPupil }, closed);
const Ranges = Type.Array(
  Type.Tuple([Type.Integer({ minimum: 0, maximum: 86_400 }), Type.Integer({ minimum: 0, maximum: 86_400 })]),
  {
    maxItems: 500,
  },
);
export const HeardBody = Type.Object({ ranges: Ranges }, closed);
export const HeardAnswer = Type.Object(
  {
    ranges: Type.Array(Type.Tuple([Type.Integer(), Type.Integer()])),
    countedSeconds: Type.Integer(),
    taughtSeconds: Type.Integer(),
    neededSeconds: Type.Integer(),
    madeUp: Type.Boolean(),
  },
  closed,
);
export const ManifestAnswer = Type.Object(
  {
    logId: Id,
    schoolDay: Type.String({ format: 'date' }),
    lessonId: Id,
    state: RoomState,
    muted: Type.Boolean(),
    lastVoice: Type.Integer(),
    lastEvents: Type.Integer(),
    lastTalk: Type.Integer(),
    lastPages: Type.Integer(),
    durationMs: Type.Integer(),
    serverTime: Instant,
    courseTitle: Type.String(),
    topic: orNull(Type.String()),
    teacherName: orNull(Type.String()),
    startsAt: Instant,
    endsAt: Instant,
    openedAt: orNull(Instant),
    endedAt: orNull(Instant),
    heard: orNull(HeardAnswer),
  },
  closed,
);
export const IndexAnswer = Type.Object(
  {
    durationMs: Type.Integer(),
    /** `[n, startMs]` of every voice segment. */
    voice: Type.Array(Type.Tuple([Type.Integer(), Type.Integer()])),
    chapters: Type.Array(
      Type.Object({ pageN: Type.Integer(), startMs: Type.Integer(), eventsN: Type.Integer() }, closed),
    ),
  },
  closed,
);
export type EntranceAnswer = Static<typeof EntranceAnswer>;
export type ManifestAnswer = Static<typeof ManifestAnswer>;
export type IndexAnswer = Static<typeof IndexAnswer>;
export type PresenceAnswer = Static<typeof PresenceAnswer>;
export type PeopleAnswer = Static<typeof PeopleAnswer>;
export type HeardAnswer = Static<typeof HeardAnswer>;
