import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type, type TSchema } from 'typebox';
import type { ServerContext } from '../platform/context.ts';
import { editCalendar, readCalendar } from './actions.ts';
import { calendarOf, decideDay, saveTerm, undecideDay } from './edit.ts';

const tags = ['calendar'];
const Id = Type.String({ format: 'uuid' });
const Day = Type.String({ format: 'date' });
const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
const closed = { additionalProperties: false };
const Weekday = Type.Integer({ minimum: 1, maximum: 7 });
const HolidayKind = Type.Union([Type.Literal('holiday'), Type.Literal('makeUp')]);
const termFields = {
  orgId: Id,
  title: Type.String({ minLength: 1, maxLength: 60, pattern: '\\S' }),
  firstDay: Day,
  lastDay: Day,
  /** Monday of week 1. */
  week1Monday: Day,
};
const Term = Type.Object({ id: Id, ...termFields }, closed);
const Calendar = Type.Object(
  {
    terms: Type.Array(Term),
    holidays: Type.Array(
      Type.Object(
        {
          day: Day,
          kind: HolidayKind,
          name: Type.String(),
          teachesWeekday: orNull(Weekday),
          /** Unit that decided it; null: the State's notice. */
          orgId: orNull(Id),
        },
        closed,
      ),
    ),
    days: Type.Array(
      Type.Object(
        {
          day: Day,
          kind: Type.Union([Type.Literal('teaching'), Type.Literal('off'), Type.Literal('closure')]),
          teachesWeekday: orNull(Weekday),
          weekNo: orNull(Type.Integer()),
        },
        closed,
      ),
    ),
    unpublishedYears: Type.Array(Type.Integer()),
  },
  closed,
);
const DayPath = Type.Object({ orgId: Id, day: Day }, closed);

export function calendarRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/orgs/:orgId/calendar',
      {
        config: { action: readCalendar },
        schema: {
          operationId: 'getCalendar',
          tags,
          params: Type.Object({ orgId: Id }, closed),
          querystring: Type.Object({ firstDay: Day, lastDay: Day }, closed),
          response: { 200: Calendar },
        },
      },
      async ({ actor, params, query }) => {
        const found = await calendarOf(ctx, actor, { ...params, ...query });
        return {
          terms: [...found.terms],
          holidays: [...found.holidays],
          days: found.days.map(({ day, kind, teachesWeekday, weekNo }) => ({
            day,
            kind,
            teachesWeekday,
            weekNo,
          })),
          unpublishedYears: [...found.unpublishedYears],
        };
      },
    );
    app.put(
      '/terms/:termId',
      {
        config: { action: editCalendar },
        schema: {
          operationId: 'saveTerm',
          tags,
          params: Type.Object({ termId: Id }, closed),
          body: Type.Object(termFields, closed),
          response: { 200: Term },
        },
      },
      async ({ actor, params, body }) => saveTerm(ctx, actor, { id: params.termId, ...body }),
    );
    app.put(
      '/orgs/:orgId/holidays/:day',
      {
        config: { action: editCalendar },
        schema: {
          operationId: 'decideDay',
          tags,
          params: DayPath,
          body: Type.Object(
            {
              kind: HolidayKind,
              name: Type.String({ minLength: 1, maxLength: 60, pattern: '\\S' }),
              teachesWeekday: orNull(Weekday),
            },
            closed,
          ),
          response: { 204: Type.Null() },
        },
      },
      async ({ actor, params, body }, reply) => {
        await decideDay(ctx, actor, { ...params, ...body });
        return reply.code(204).send(null);
      },
    );
    app.delete(
      '/orgs/:orgId/holidays/:day',
      {
        config: { action: editCalendar },
        schema: {
          operationId: 'undecideDay',
          tags,
          params: DayPath,
          body: Type.Optional(Type.Null()),
          response: { 204: Type.Null() },
        },
      },
      async ({ actor, params }, reply) => {
        await undecideDay(ctx, actor, params);
        return reply.code(204).send(null);
      },
    );
  };
}
