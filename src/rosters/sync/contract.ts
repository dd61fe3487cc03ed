import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
const Kind = Type.Union([Type.Literal('folder'), Type.Literal('url')]);
const Leaving = Type.Union([Type.Literal('keep'), Type.Literal('end')]);
const Percent = Type.Integer({ minimum: 0, maximum: 100 });
const Hour = Type.Integer({ minimum: 0, maximum: 23 });
const Nullable = <T extends ReturnType<typeof Type.String>>(type: T) => Type.Union([type, Type.Null()]);

export const RosterSyncSettings = Type.Object(
  {
    kind: Kind,
    /** Whole address for the kind `url`; null keeps the one that is set. It is never given back. */
    url: Nullable(Type.String({ maxLength: 2_000 })),
    hour: Hour,
    maxLeavingPercent: Percent,
    maxChangedPercent: Percent,
    leaving: Leaving,
    isPaused: Type.Boolean(),
  },
  closed,
);
export type RosterSyncSettings = Static<typeof RosterSyncSettings>;

export const RosterSync = Type.Object(
  {
    settings: Type.Union([
      Type.Object(
        {
          kind: Kind,
          /** Host and path, without what may carry a key. */
          addressShown: Nullable(Type.String()),
          hour: Hour,
          maxLeavingPercent: Percent,
          maxChangedPercent: Percent,
          leaving: Leaving,
          isPaused: Type.Boolean(),
        },
        closed,
      ),
      Type.Null(),
    ]),
    /** Folder below the data folder, for the kind `folder`. */
    folder: Type.String(),
    /** Hosts of the own network that the operator opened for fetching; others must be on the public internet. */
    allowHosts: Type.Array(Type.String()),
    runs: Type.Array(
      Type.Object(
        {
          id: Type.String({ format: 'uuid' }),
          byHand: Type.Boolean(),
          state: Type.Union([
            Type.Literal('running'),
            Type.Literal('applied'),
            Type.Literal('unchanged'),
            Type.Literal('stopped'),
            Type.Literal('failed'),
          ]),
          counts: Type.Union([
            Type.Object(
              {
                read: Type.Integer(),
                created: Type.Integer(),
                changed: Type.Integer(),
                unchanged: Type.Integer(),
                leaving: Type.Integer(),
                must: Type.Integer(),
                look: Type.Integer(),
              },
              closed,
            ),
            Type.Null(),
          ]),
          /** Why it stopped or failed, in the reader's language. */
          reason: Nullable(Type.String()),
          draftId: Nullable(Type.String({ format: 'uuid' })),
          startedAt: Type.String({ format: 'date-time' }),
          finishedAt: Nullable(Type.String({ format: 'date-time' })),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type RosterSync = Static<typeof RosterSync>;
