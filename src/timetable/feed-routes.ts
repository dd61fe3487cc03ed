import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ServerContext } from '../platform/context.ts';
import { openFeed, readClassWeek, readOwnDay, readPupilDay } from './actions.ts';
import { closed, Id, nullable } from './contract.ts';
import { ownFeeds, readFeed, subscribe, unsubscribe } from './service/feeds.ts';

const tags = ['timetable'];
const Feed = closed({
  id: Id,
  pupilId: nullable(Id),
  classId: nullable(Id),
  /** Holds the secret; only its owner is given it. */
  address: Type.String(),
  createdAt: Type.String({ format: 'date-time' }),
});

/** Timetables in people's own calendar programs: addresses to subscribe to, and what stands behind them. */
export function feedRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/calendar-feeds',
      {
        config: { action: readOwnDay },
        schema: {
          operationId: 'listFeeds',
          tags,
          response: { 200: closed({ feeds: Type.Array(Feed) }) },
        },
      },
      async ({ actor }) => ({ feeds: await ownFeeds(ctx, actor) }),
    );
    app.post(
      '/calendar-feeds',
      {
        config: { action: [readOwnDay, readPupilDay, readClassWeek] },
        schema: {
          operationId: 'subscribe',
          tags,
          body: closed({ pupilId: nullable(Id), classId: nullable(Id) }),
          response: { 200: Feed },
        },
      },
      async ({ actor, body }) => subscribe(ctx, actor, body),
    );
    app.delete(
      '/calendar-feeds/:feedId',
      {
        config: { action: readOwnDay },
        schema: {
          operationId: 'unsubscribe',
          tags,
          params: closed({ feedId: Id }),
          body: Type.Optional(Type.Null()),
          response: { 204: Type.Null() },
        },
      },
      async ({ actor, params }, reply) => {
        await unsubscribe(ctx, actor, params);
        return reply.code(204).send(null);
      },
    );
    app.get(
      '/calendars/:secret/lessons.ics',
      {
        config: { action: openFeed, answers: 'text/calendar' },
        schema: {
          operationId: 'readFeedCalendar',
          tags,
          params: closed({ secret: Type.String({ pattern: '^[0-9a-f]{32}$' }) }),
        },
      },
      async ({ actor, params, headers }, reply) => {
        const { text, etag } = await readFeed(ctx, actor, params);
        void reply.header('etag', etag).header('cache-control', 'private, no-cache');
        if (headers['if-none-match'] === etag) return reply.code(304).send();
        return reply.header('content-type', 'text/calendar; charset=utf-8').send(text);
      },
    );
  };
}
