import Type from 'typebox';

export const SignIn = Type.Object(
  {
    loginName: Type.String({ minLength: 1, maxLength: 100 }),
    password: Type.String({ minLength: 1, maxLength: 200 }),
  },
  { additionalProperties: false },
);
const Audience = Type.Union([Type.Literal('learner'), Type.Literal('staff'), Type.Literal('schoolAdmin')]);
export const SignedIn = Type.Object(
  { audience: Audience, mustChangePassword: Type.Boolean() },
  { additionalProperties: false },
);

export const Claim = Type.Object(
  {
    token: Type.Optional(Type.String({ minLength: 10, maxLength: 60 })),
    loginName: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    spoken: Type.Optional(Type.String({ pattern: '^[0-9]{8}$' })),
    password: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  },
  { additionalProperties: false },
);
export const Claimed = Type.Object({ audience: Audience }, { additionalProperties: false });
export const ClaimCardOpen = Type.Object(
  {
    name: Type.String(),
    loginName: Type.String(),
    purpose: Type.Union([Type.Literal('claim'), Type.Literal('reset')]),
  },
  { additionalProperties: false },
);

export const ChangePassword = Type.Object(
  {
    current: Type.Union([Type.String({ maxLength: 200 }), Type.Null()]),
    next: Type.String({ minLength: 1, maxLength: 200 }),
  },
  { additionalProperties: false },
);

export const SecondStepCode = Type.Object(
  { code: Type.String({ pattern: '^[0-9]{6}$' }) },
  { additionalProperties: false },
);
/** Six digits of the telephone, or a recovery code (`abcd-efgh`, dash and case as one likes). */
export const SecondStepAnswer = Type.Object(
  { code: Type.String({ pattern: '^([0-9]{6}|[0-9A-Za-z]{4}[- ]?[0-9A-Za-z]{4})$' }) },
  { additionalProperties: false },
);
export const SecondStepState = Type.Object(
  { isSet: Type.Boolean(), recoveryCodesLeft: Type.Integer() },
  { additionalProperties: false },
);
/** Shown once; the server keeps no more than their hashes. */
export const RecoveryCodes = Type.Object(
  { codes: Type.Array(Type.String()) },
  { additionalProperties: false },
);
export const NewSecondStep = Type.Object(
  {
    /** Base32, to be typed where a QR cannot be scanned. */
    secret: Type.String(),
    /** `otpauth:` address for the QR. */
    uri: Type.String(),
  },
  { additionalProperties: false },
);

export const CorrectReading = Type.Object(
  {
    /** Pinyin or other Latin letters, with or without tones; null: as the dictionary reads it. */
    reading: Type.Union([Type.String({ minLength: 1, maxLength: 100 }), Type.Null()]),
  },
  { additionalProperties: false },
);
export const NameReadings = Type.Object(
  {
    /** The likely one first; lower case, without tones, `v` for ü, a space between syllables. */
    readings: Type.Array(Type.String()),
    isCorrected: Type.Boolean(),
  },
  { additionalProperties: false },
);

export const Self = Type.Object(
  {
    personId: Type.String(),
    name: Type.String(),
    isPupil: Type.Boolean(),
    children: Type.Array(
      Type.Object(
        { personId: Type.String(), name: Type.String(), className: Type.Union([Type.String(), Type.Null()]) },
        { additionalProperties: false },
      ),
    ),
    appointments: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          orgId: Type.String(),
          orgName: Type.String(),
          orgKind: Type.String(),
          role: Type.String(),
        },
        { additionalProperties: false },
      ),
    ),
    mustChangePassword: Type.Boolean(),
    /** Whether the account has a second step of signing in. */
    hasSecondStep: Type.Boolean(),
    isDemo: Type.Boolean(),
    /** The appointment this page acts under; null for learners. */
    acting: Type.Object({
      role: Type.String(),
      appointmentId: Type.Union([Type.String(), Type.Null()]),
      /** Actions this role may do to somebody at least; pages of other actions are left out of the menu. */
      actions: Type.Array(Type.String()),
    }),
    /** The product's clock, ISO; differs from the device's in a demo region. */
    now: Type.String(),
  },
  { additionalProperties: false },
);
