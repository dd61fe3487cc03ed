import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { WebSocket } from '@fastify/websocket';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { Actor } from '../platform/actor.ts';
import { authorize } from '../platform/authorize.ts';
import { sessionWatchOf } from '../people/session-watch.ts';
import type { ServerContext } from '../platform/context.ts';
import { AppError } from '../platform/errors.ts';
import type { LessonKey } from './access.ts';
import { enterRoom } from './actions.ts';
import {
  ChatBody,
  ForPupil,
  HandBody,
  HeartbeatBody,
  LessonParams,
  LostBody,
  OrderBody,
} from './contract.ts';
import { hashOfTicket } from './join-batch.ts';
import { mayRead } from './live-log.ts';
import { personInRoom, roomsOf } from './rooms.ts';
import type { Rooms } from './rooms.ts';
import { heartbeat } from './service-presence.ts';
import { say } from './service-lines.ts';
import { tellLost } from './service-lost.ts';
import { answerRollCall, giveOrder, raiseHand } from './service-talk.ts';
import type { InRoom } from './service-talk.ts';
import { runStatement } from './statements.ts';
import type { Standing } from './tables.ts';
import type { ClientMessage, ServerMessage } from './wire.ts';

/** Close codes of RFC 6455; 4000 and up are ours. */
const CLOSE_POLICY = 1008;
const CLOSE_TOO_BIG = 1009;
const CLOSE_REASONS = { removed: 4001, ended: 4002, signedOut: 4003 } as const;

/** More messages than this in ten seconds is no person. */
const MESSAGES_PER_TEN_SECONDS = 40;
/** A page that does not read is let go before it costs memory; it comes back and reads on by number. */
const UNREAD_MAX_BYTES = 1_048_576;
const PING_EVERY_MS = 25_000;

const message = <Name extends string, Body extends Type.TProperties>(type: Name, body: Body) =>
  Type.Object({ type: Type.Literal(type), ...body }, { additionalProperties: false });
const clientMessage = Compile(
  Type.Union([
    message('chat', ChatBody.properties),
    message('hand', HandBody.properties),
    message('lost', LostBody.properties),
    message('heartbeat', HeartbeatBody.properties),
    message('rollCallAnswer', { id: Type.String({ format: 'uuid' }) }),
    message('order', OrderBody.properties),
  ]),
);

// The ticket is used up by being found: a replay, however fast, finds nothing.
const USE_TICKET = {
  name: 'rooms.use_ticket',
  text: `UPDATE room_tickets t SET used_at = clock_timestamp() FROM lesson_logs l
    WHERE t.ticket_hash = $1 AND t.used_at IS NULL AND t.expires_at > clock_timestamp()
      AND t.school_day = $2 AND t.lesson_id = $3 AND t.person_id = $4
      AND l.school_day = t.school_day AND l.lesson_id = t.lesson_id
    RETURNING l.id AS log_id, t.standing, t.via_class_id`,
};

interface Ticketed {
  readonly logId: string;
  readonly standing: Standing;
  readonly classId: string | null;
}

/** The socket of a room: what is said, ordered and who comes, as it happens. The feed alone is enough without it. */
export function socketRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  const rooms = roomsOf(ctx);
  return async (app) => {
    app.get(
      '/rooms/:schoolDay/:lessonId/socket',
      {
        websocket: true,
        config: { action: enterRoom },
        schema: {
          operationId: 'openRoomSocket',
          tags: ['rooms'],
          params: LessonParams,
          querystring: Type.Object(
            { ticket: Type.String({ maxLength: 100 }), ...ForPupil },
            { additionalProperties: false },
          ),
        },
        // Before the upgrade, so that a wrong ticket never gets a socket at all.
        preHandler: async (request) => {
          const key = request.params as LessonKey;
          const { ticket, for: forPupil } = request.query as { ticket: string; for?: string };
          await authorize(ctx.db, request.actor, enterRoom, key);
          const personId = await personInRoom(rooms, request.actor, forPupil);
          tickets.set(request, { ...(await useTicket(rooms, key, personId, ticket)), personId });
        },
      },
      (socket, request) => {
        const ticketed = tickets.get(request);
        if (ticketed === undefined) return socket.close(CLOSE_POLICY);
        const { schoolDay, lessonId } = request.params as LessonKey;
        serve(rooms, socket, request.actor, { schoolDay, lessonId }, ticketed);
      },
    );
  };
}

const tickets = new WeakMap<object, Ticketed & { personId: string }>();

async function useTicket(rooms: Rooms, key: LessonKey, personId: string, ticket: string): Promise<Ticketed> {
  const [used] = await runStatement<{ log_id: string; standing: Standing; via_class_id: string | null }>(
    rooms.pool,
    USE_TICKET,
    [hashOfTicket(ticket), key.schoolDay, key.lessonId, personId],
  );
  if (used === undefined) {
    throw new AppError(
      403,
      'ticket_invalid',
      'This ticket was used, is too old or belongs elsewhere; join again.',
    );
  }
  return { logId: used.log_id, standing: used.standing, classId: used.via_class_id };
}

function serve(
  rooms: Rooms,
  socket: WebSocket,
  actor: Actor,
  key: LessonKey,
  { logId, standing, classId, personId }: Ticketed & { personId: string },
): void {
  const { log } = rooms.ctx;
  const who: InRoom = { actor, key, personId };
  const reader = { standing, classId };

  function send(sent: ServerMessage): void {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > UNREAD_MAX_BYTES) return socket.terminate();
    socket.send(JSON.stringify(sent));
  }

  function close(code: keyof typeof CLOSE_REASONS): void {
    send({ type: 'closing', code });
    socket.close(CLOSE_REASONS[code]);
  }

  const leave = rooms.hub.connect(logId, {
    personId,
    reader,
    talk: (frame, row) => {
      if (mayRead(row, reader)) send({ type: 'talk', n: frame.n, startMs: frame.startMs, row });
    },
    pageAdded: (n) => send({ type: 'pageAdded', n }),
    presence: (arrived, at) => send({ type: 'presence', personId: arrived, state: 'here', at }),
    close,
  });
  const unwatch = sessionWatchOf(rooms.ctx).watch(actor, () => close('signedOut'));

  let count = 0;
  const countTimer = setInterval(() => {
    count = 0;
  }, 10_000);
  let answered = true;
  const pingTimer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, PING_EVERY_MS);
  socket.on('pong', () => {
    answered = true;
  });
  socket.on('close', () => {
    clearInterval(countTimer);
    clearInterval(pingTimer);
    unwatch();
    leave();
  });
  socket.on('error', (error: Error) => log.debug({ err: error }, 'rooms.socket'));
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    count += 1;
    if (isBinary || count > MESSAGES_PER_TEN_SECONDS)
      return socket.close(isBinary ? CLOSE_TOO_BIG : CLOSE_POLICY);
    const said = parse(data);
    if (said === null) return socket.close(CLOSE_POLICY);
    const ref = said.type === 'chat' ? said.clientId : said.type;
    act(rooms, who, said).then(
      () => send({ type: 'ack', ref }),
      (error: unknown) => {
        if (!(error instanceof AppError)) {
          log.error({ err: error }, 'rooms.socket');
          return send({
            type: 'refused',
            ref,
            code: 'unexpected',
            detail: 'Something went wrong; send it again.',
          });
        }
        send({ type: 'refused', ref, code: error.code, detail: error.message });
      },
    );
  });
}

/** @returns null when it is none of the messages there are: the page is not ours. */
function parse(data: Buffer): ClientMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(data.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  return clientMessage.Check(value) ? (value as ClientMessage) : null;
}

async function act(rooms: Rooms, who: InRoom, said: ClientMessage): Promise<void> {
  switch (said.type) {
    case 'chat':
      await say(rooms, who, said);
      return;
    case 'hand':
      return raiseHand(rooms, who, said.up);
    case 'lost':
      return tellLost(rooms, who, said);
    case 'heartbeat':
      return heartbeat(rooms, who, said);
    case 'rollCallAnswer':
      return answerRollCall(rooms, who, said.id);
    case 'order':
      await giveOrder(rooms, who, said);
  }
}
