import type { Capability } from '../platform/capability.ts';
import type { ServerContext } from '../platform/context.ts';
import { roomsActions } from './actions.ts';
import { roomsJobs } from './jobs.ts';
import { roomsOf } from './rooms.ts';
import { callRoutes } from './routes-calls.ts';
import { lineRoutes } from './routes-lines.ts';
import { logRoutes } from './routes-logs.ts';
import { pollRoutes } from './routes-polls.ts';
import { reportRoutes } from './routes-report.ts';
import { roomRoutes } from './routes-rooms.ts';
import { socketRoutes } from './socket.ts';

export const rooms: Capability = {
  name: 'rooms',
  actions: roomsActions,
  routes: (ctx: ServerContext) => async (app) => {
    const own = roomsOf(ctx);
    // Waiting requests are answered and sockets closed before the server waits for its connections to end.
    app.addHook('preClose', () => own.hub.stop());
    await app.register(roomRoutes(ctx));
    await app.register(pollRoutes(ctx));
    await app.register(callRoutes(ctx));
    await app.register(lineRoutes(ctx));
    await app.register(reportRoutes(ctx));
    await app.register(logRoutes(ctx));
    await app.register(socketRoutes(ctx));
  },
  jobs: roomsJobs,
  fileColumns: ['log_parts.file_sha256', 'log_pages.large_sha256', 'log_pages.small_sha256'],
};
