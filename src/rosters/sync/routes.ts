import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { ServerContext } from '../../platform/context.ts';
import { problemText } from '../../platform/i18n/server-words.ts';
import type { Locale } from '../../platform/i18n/words.ts';
import { localeOf } from '../../platform/request-locale.ts';
import { syncRoster } from '../actions.ts';
import { RosterSync, RosterSyncSettings, type RosterSync as RosterSyncBody } from './contract.ts';
import { readSync, removeSync, runSyncNow, setSync, type SyncCard } from './service.ts';

const tags = ['rosters'];
const OrgParams = Type.Object({ orgId: Type.String({ format: 'uuid' }) });

function bodyOf({ settings, folder, allowHosts, runs }: SyncCard, locale: Locale): RosterSyncBody {
  return {
    settings,
    folder,
    allowHosts: [...allowHosts],
    runs: runs.map(({ code, params, startedAt, finishedAt, ...run }) => ({
      ...run,
      reason: code === null ? null : (problemText(locale, code, params) ?? code),
      startedAt: startedAt.toISOString(),
      finishedAt: finishedAt?.toISOString() ?? null,
    })),
  };
}

export function rosterSyncRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    const path = '/orgs/:orgId/roster-sync';
    const config = { action: syncRoster };
    app.get(
      path,
      {
        config,
        schema: { operationId: 'readRosterSync', tags, params: OrgParams, response: { 200: RosterSync } },
      },
      async (request) => bodyOf(await readSync(ctx, request.actor, request.params), localeOf(request)),
    );
    app.put(
      path,
      {
        config,
        schema: {
          operationId: 'setRosterSync',
          tags,
          params: OrgParams,
          body: RosterSyncSettings,
          response: { 200: RosterSync },
        },
      },
      async (request) => {
        const asked = { ...request.params, settings: request.body };
        return bodyOf(await setSync(ctx, request.actor, asked), localeOf(request));
      },
    );
    app.delete(
      path,
      {
        config,
        schema: {
          operationId: 'removeRosterSync',
          tags,
          params: OrgParams,
          body: Type.Optional(Type.Null()),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await removeSync(ctx, request.actor, request.params);
        return reply.code(204).send(null);
      },
    );
    app.post(
      `${path}/run`,
      {
        config,
        schema: {
          operationId: 'runRosterSync',
          tags,
          params: OrgParams,
          body: Type.Optional(Type.Null()),
          response: { 200: RosterSync },
        },
      },
      async (request) => bodyOf(await runSyncNow(ctx, request.actor, request.params), localeOf(request)),
    );
  };
}
