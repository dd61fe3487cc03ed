import Type, { type Static, type TProperties } from 'typebox';
import { consentPurposes, type ConsentPurpose } from './rules/notice.ts';

const closed = <P extends TProperties>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });
const Instant = Type.Unsafe<Date>(Type.String({ format: 'date-time' }));

export const Purpose = Type.Unsafe<ConsentPurpose>(
  Type.Union(consentPurposes.map((purpose) => Type.Literal(purpose))),
);
const Answer = Type.Union([Type.Literal('given'), Type.Literal('refused'), Type.Literal('withdrawn')]);
const State = Type.Union([
  Type.Literal('none'),
  Type.Literal('outdated'),
  Type.Literal('given'),
  Type.Literal('refused'),
  Type.Literal('withdrawn'),
]);
const Channel = Type.Union([Type.Literal('online'), Type.Literal('paper'), Type.Literal('phone')]);
const Standing = closed({
  purpose: Purpose,
  state: State,
  channel: Type.Union([Channel, Type.Null()]),
  at: Type.Union([Instant, Type.Null()]),
});

export const Consents = closed({
  pupilName: Type.String(),
  /** Whether the law asks for a guardian's word; from the fourteenth birthday on nothing is asked. */
  isAsked: Type.Boolean(),
  noticeVersion: Type.Integer(),
  purposes: Type.Array(Standing),
});
export type Consents = Static<typeof Consents>;

export const AnswerConsent = closed({
  answer: Answer,
  /** The notice that was shown. */
  noticeVersion: Type.Integer({ minimum: 1, maximum: 32_767 }),
});

export const RecordConsent = closed({
  answer: Answer,
  channel: Type.Union([Type.Literal('paper'), Type.Literal('phone')]),
});

export const ClassConsents = closed({
  className: Type.String(),
  /** Pupils of whom no age is known or who are 14 and older: nothing is asked of their guardians. */
  notAsked: Type.Integer(),
  pupils: Type.Array(
    closed({
      personId: Type.String({ format: 'uuid' }),
      number: Type.String(),
      name: Type.String(),
      purposes: Type.Array(Standing),
    }),
  ),
});
export type ClassConsents = Static<typeof ClassConsents>;
