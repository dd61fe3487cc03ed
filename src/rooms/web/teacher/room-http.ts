import { ApiProblem } from '../../../platform/web/api-problem.ts';
import { newKey } from '../../../platform/web/api.ts';
import { t } from '../../../platform/web/t.ts';
import type { LessonReportAnswer } from '../../contract-report.ts';
import type { ServerMessage } from '../../wire.ts';
import { appointmentQuery, pageHeaders } from './page-headers.ts';
import type {
  JoinedRoom,
  LessonCard,
  PollResults,
  PresenceList,
  RoomClient,
  RoomListener,
} from './room-client.ts';
import type { RoomPerson } from './room-state.ts';

interface Entrance {
  readonly standing: string;
  readonly personId: string;
  readonly logId: string;
  readonly state: JoinedRoom['state'];
  readonly muted: boolean;
  readonly ticket: string;
  readonly serverTime: string;
  readonly entrance: JoinedRoom['entrance'];
  readonly link: string | null;
  readonly lesson: LessonCard;
}

/** Highest numbers held; -1 (voice, whose init segment is 0) or 0: none. */
interface Manifest {
  readonly lastVoice: number;
  readonly lastEvents: number;
  readonly lastPages: number;
  readonly durationMs: number;
}

const socketRetryMs = [1_000, 2_000, 4_000, 8_000] as const;

/** The room's server over HTTP and one socket. */
export function createRoomClient(schoolDay: string, lessonId: string): RoomClient {
  const base = `/api/rooms/${schoolDay}/${lessonId}`;
  const enter = () => ask<Entrance>('POST', `${base}/join`, {});

  return {
    async join() {
      const askedAt = Date.now();
      const entrance = await enter();
      const { logId, personId, lesson, state, muted, standing, link } = entrance;
      const manifest = await ask<Manifest>('GET', `/api/logs/${logId}/manifest`);
      // Half the round trip is the best guess of when the server looked at its clock.
      const middle = (askedAt + Date.now()) / 2;
      return {
        logId,
        personId,
        lesson,
        mayTeach: standing === 'teacher',
        state,
        muted,
        entrance: entrance.entrance,
        link,
        clockAheadMs: Date.parse(entrance.serverTime) - middle,
        held: {
          lastVoice: manifest.lastVoice < 0 ? null : manifest.lastVoice,
          lastEvents: manifest.lastEvents,
          lastPage: manifest.lastPages,
          durationMs: manifest.durationMs,
        },
      };
    },
    people: async () => (await ask<{ people: RoomPerson[] }>('GET', `${base}/people`)).people,
    presence: () => ask<PresenceList>('GET', `${base}/presence`),
    order: async (order, saidMs) => {
      await ask('POST', `${base}/order`, { order, ...(saidMs === null ? {} : { atMs: saidMs }) });
    },
    chat: async (text) => {
      await ask('POST', `${base}/chat`, { clientId: crypto.randomUUID(), text });
    },
    startRollCall: async (seconds) => {
      await ask('POST', `${base}/roll-calls`, { id: crypto.randomUUID(), seconds });
    },
    startPoll: async ({ question, right, seconds }) => {
      await ask('POST', `${base}/polls`, { id: crypto.randomUUID(), seconds, right, ...question });
    },
    readPoll: (id) => ask<PollResults>('GET', `${base}/polls/${id}`),
    closePoll: async (id) => {
      await ask('POST', `${base}/polls/${id}/close`, {});
    },
    showPoll: async (id) => {
      await ask('POST', `${base}/polls/${id}/show`, {});
    },
    report: () => ask<LessonReportAnswer>('GET', `${base}/report`),
    workbook: `${base}/report.xlsx?${new URLSearchParams(appointmentQuery())}`,
    hideLine: async (n, isHidden) => {
      await ask('POST', `${base}/chat/${n}/hide`, { isHidden });
    },
    callPupil: async () => {
      const call = { id: crypto.randomUUID() };
      return (await ask<{ personId: string }>('POST', `${base}/calls`, call)).personId;
    },
    startTimer: async (seconds) => {
      await ask('POST', `${base}/timers`, { id: crypto.randomUUID(), seconds });
    },
    stopTimer: async (id) => {
      await ask('POST', `${base}/timers/${id}/stop`, {});
    },
    remove: async (personId) => {
      await ask('POST', `${base}/remove`, { personId });
    },
    contact: async (pupilId, note) => {
      await ask('POST', `${base}/contacts`, { pupilId, ...note });
    },
    listen: (listener) => listenToSocket(base, async () => (await enter()).ticket, listener),
  };
}

async function ask<Answer = unknown>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      headers: {
        ...pageHeaders(),
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json', 'idempotency-key': newKey() }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw new ApiProblem({ status: 0, code: 'network', message: t('platform.problem.network'), cause });
  }
  if (response.status === 204) return undefined as Answer;
  const answer = (await response.json()) as Answer & { code?: string; detail?: string; title?: string };
  if (response.ok) return answer;
  const { code = 'unknown', detail, title } = answer;
  const message = detail ?? title ?? t('platform.problem.unknown', { status: response.status });
  throw new ApiProblem({ status: response.status, code, message });
}

function listenToSocket(base: string, ticket: () => Promise<string>, listener: RoomListener): () => void {
  let socket: WebSocket | null = null;
  let wanted = true;
  let failures = 0;

  const again = () => {
    const waitMs = socketRetryMs[Math.min(failures++, socketRetryMs.length - 1)];
    if (wanted) setTimeout(() => void connect(), waitMs);
  };

  const hear = (message: ServerMessage) => {
    if (message.type === 'talk') listener.talk(message.n, message.row);
    else if (message.type === 'presence') listener.presence(message);
    else if (message.type === 'closing') {
      wanted = false;
      listener.closed(message.code);
    }
  };

  const connect = async (): Promise<void> => {
    if (!wanted) return;
    let pass: string;
    try {
      pass = await ticket();
    } catch (error) {
      // The network is down, or the session is over: the save line says so; the room is asked again meanwhile.
      if (!(error instanceof ApiProblem)) throw error;
      return again();
    }
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    // A socket carries no headers: under which appointment stands in its address.
    const query = new URLSearchParams({ ticket: pass, ...appointmentQuery() });
    const opened = new WebSocket(`${scheme}//${location.host}${base}/socket?${query}`);
    socket = opened;
    opened.addEventListener('open', () => {
      failures = 0;
      listener.caughtUp();
    });
    opened.addEventListener('message', ({ data }) => hear(JSON.parse(String(data)) as ServerMessage));
    opened.addEventListener('close', () => socket === opened && again());
  };
  void connect();
  return () => {
    wanted = false;
    const open = socket;
    socket = null;
    open?.close();
  };
}
