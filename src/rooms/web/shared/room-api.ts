import { ApiProblem } from '../../../platform/web/api-problem.ts';
import { newKey } from '../../../platform/web/api.ts';
import { t } from '../../../platform/web/t.ts';

/** A room as its address names it; `forPupil`: the child that follows on a parent's telephone. */
export interface RoomAddress {
  readonly schoolDay: string;
  readonly lessonId: string;
  readonly forPupil: string | null;
}

export interface Entrance {
  readonly standing: 'pupil' | 'teacher' | 'assistant' | 'observer';
  readonly personId: string;
  readonly logId: string;
  readonly state: 'waiting' | 'live' | 'paused' | 'ended';
  readonly muted: boolean;
  readonly entrance: 'room' | 'recording' | 'link' | 'none';
  readonly ticket: string;
  readonly serverTime: string;
  readonly link: string | null;
  readonly expectedBytes: { readonly standard: number; readonly lightest: number };
  readonly lesson: {
    readonly courseTitle: string;
    readonly topic: string | null;
    readonly period: number | null;
    readonly startsAt: string;
    readonly endsAt: string;
    readonly teacherName: string | null;
    readonly classNames: readonly string[];
  };
}

/** How much of a lesson the pupil has heard; seconds of lesson time, `[from, to)`. */
export interface HeardSoFar {
  readonly ranges: readonly (readonly [from: number, to: number])[];
  readonly countedSeconds: number;
  readonly neededSeconds: number;
  readonly madeUp: boolean;
}

export interface Manifest {
  readonly state: Entrance['state'];
  /** -1: none. */
  readonly lastVoice: number;
  readonly durationMs: number;
  /** Null for staff. */
  readonly heard: HeardSoFar | null;
}

/** Where to seek to. */
export interface LogIndex {
  /** Of the voice held; shorter than the lesson while the teacher's last words are on their way. */
  readonly durationMs: number;
  readonly voice: readonly (readonly [n: number, startMs: number])[];
  readonly chapters: readonly { readonly pageN: number; readonly startMs: number }[];
}

export interface RoomPerson {
  readonly personId: string;
  readonly name: string;
  readonly staff: boolean;
}

/** Calls of one room. Every refusal is an `ApiProblem`; code `network` when no answer came. */
export interface RoomApi {
  readonly address: RoomAddress;
  readonly socketPath: string;
  join(): Promise<Entrance>;
  manifest(logId: string): Promise<Manifest>;
  index(logId: string): Promise<LogIndex>;
  /** Seconds of a recording that were played. */
  heard(logId: string, ranges: readonly (readonly [number, number])[]): Promise<HeardSoFar>;
  people(): Promise<RoomPerson[]>;
  chat(clientId: string, text: string): Promise<void>;
  hand(up: boolean): Promise<void>;
  lost(pageN: number): Promise<void>;
  answerRollCall(id: string): Promise<void>;
  heartbeat(beat: { minute: number; heardMs: number; step: number; queueMs: number }): Promise<void>;
}

async function call<Answer>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
  const options: RequestInit = {
    credentials: 'same-origin',
    cache: 'no-store',
    headers: { accept: 'application/json' },
  };
  if (method === 'POST') {
    options.method = 'POST';
    options.keepalive = true; // a last word is sent even while the page is being closed
    options.headers = { ...options.headers, 'content-type': 'application/json', 'idempotency-key': newKey() };
    options.body = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await fetch(path, options);
  } catch (cause) {
    throw new ApiProblem({ status: 0, code: 'network', message: t('platform.problem.network'), cause });
  }
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as Answer;
  const isProblem = (response.headers.get('content-type') || '').startsWith('application/problem+json');
  const { code, detail } = isProblem ? ((await response.json()) as { code?: string; detail?: string }) : {};
  throw new ApiProblem({
    status: response.status,
    code: code || 'unknown',
    message: detail || t('platform.problem.unknown', { status: response.status }),
  });
}

/** @param address - whose room; a guardian's page names the child. */
export function createRoomApi(address: RoomAddress): RoomApi {
  const base = `/api/rooms/${address.schoolDay}/${address.lessonId}`;
  const forPupil = address.forPupil === null ? '' : `?for=${address.forPupil}`;
  return {
    address,
    socketPath: `${base}/socket`,
    join: () => call('POST', `${base}/join${forPupil}`, {}),
    manifest: (logId) => call('GET', `/api/logs/${logId}/manifest${forPupil}`),
    index: (logId) => call('GET', `/api/logs/${logId}/index${forPupil}`),
    heard: (logId, ranges) => call('POST', `/api/logs/${logId}/heard${forPupil}`, { ranges }),
    people: () =>
      call<{ people: RoomPerson[] }>('GET', `${base}/people${forPupil}`).then(({ people }) => people),
    chat: (clientId, text) => call('POST', `${base}/chat${forPupil}`, { clientId, text }),
    hand: (up) => call('POST', `${base}/hand${forPupil}`, { up }),
    lost: (pageN) => call('POST', `${base}/lost${forPupil}`, { pageN }),
    answerRollCall: (id) => call('POST', `${base}/roll-calls/${id}/answers${forPupil}`, {}),
    heartbeat: (beat) => call('POST', `${base}/heartbeat${forPupil}`, beat),
  };
}
