import { api } from '../../../platform/web/api.ts';
import type {
  EntranceAnswer,
  HeardAnswer,
  IndexAnswer,
  ManifestAnswer,
  PeopleAnswer,
} from '../../contract.ts';

/** A room as its address names it. */
export interface RoomAddress {
  readonly schoolDay: string;
  readonly lessonId: string;
  /** The child that follows on a parent's telephone. */
  readonly forPupil: string | null;
  /** Appointment of staff who listen in. */
  readonly appointment: string | null;
}

export type RoomPerson = PeopleAnswer['people'][number];

/** Who asks, for addresses that the browser fetches without our headers: feed, pictures, socket. */
export function whoseQuery({ forPupil, appointment }: RoomAddress): string {
  if (forPupil !== null) return `&for=${forPupil}`;
  return appointment === null ? '' : `&as=${appointment}`;
}

/** Calls of one room by one person. Every refusal is an `ApiProblem`; code `network` when no answer came. */
export interface RoomApi {
  readonly address: RoomAddress;
  /** Address of the socket for a ticket of `join`. */
  socketAddress(ticket: string): string;
  join(): Promise<EntranceAnswer>;
  manifest(logId: string): Promise<ManifestAnswer>;
  index(logId: string): Promise<IndexAnswer>;
  /** Seconds of a recording that were played, `[from, to)`. */
  heard(logId: string, ranges: [number, number][]): Promise<HeardAnswer>;
  people(): Promise<RoomPerson[]>;
  chat(clientId: string, text: string): Promise<{ toStaff: boolean }>;
  /** @param n - number of a classmate's line in the talk. */
  report(n: number): Promise<unknown>;
  hand(up: boolean): Promise<unknown>;
  /** @param takenBack - the page is understood by now. */
  lost(pageN: number, takenBack: boolean): Promise<unknown>;
  answerRollCall(id: string): Promise<unknown>;
  answerPoll(id: string, answer: { chosen: number[] | null; written: string | null }): Promise<unknown>;
  heartbeat(beat: { minute: number; heardMs: number; step: number; queueMs: number }): Promise<unknown>;
}

/** @param address - whose room; a guardian's page names the child. */
export function createRoomApi(address: RoomAddress): RoomApi {
  const { schoolDay, lessonId, forPupil } = address;
  const path = { schoolDay, lessonId };
  const query = forPupil === null ? {} : { for: forPupil };
  const room = { path, query } as const;
  // Last words of a page that is being closed go out all the same.
  const keepalive = true;
  return {
    address,
    socketAddress(ticket) {
      const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
      return `${scheme}://${location.host}/api/rooms/${schoolDay}/${lessonId}/socket?ticket=${ticket}${whoseQuery(address)}`;
    },
    join: () => api.post('/api/rooms/{schoolDay}/{lessonId}/join', { ...room, body: {} }),
    manifest: (logId) => api.get('/api/logs/{logId}/manifest', { path: { logId }, query }),
    index: (logId) => api.get('/api/logs/{logId}/index', { path: { logId }, query }),
    heard: (logId, ranges) =>
      api.post('/api/logs/{logId}/heard', { path: { logId }, query, body: { ranges }, keepalive }),
    people: async () => (await api.get('/api/rooms/{schoolDay}/{lessonId}/people', room)).people,
    chat: (clientId, text) =>
      api.post('/api/rooms/{schoolDay}/{lessonId}/chat', { ...room, body: { clientId, text } }),
    report: (lineN) =>
      api.post('/api/rooms/{schoolDay}/{lessonId}/chat/{lineN}/report', {
        path: { ...path, lineN },
        query,
        body: {},
      }),
    hand: (up) => api.post('/api/rooms/{schoolDay}/{lessonId}/hand', { ...room, body: { up } }),
    lost: (pageN, takenBack) =>
      api.post('/api/rooms/{schoolDay}/{lessonId}/lost', { ...room, body: { pageN, takenBack } }),
    answerRollCall: (rollCallId) =>
      api.post('/api/rooms/{schoolDay}/{lessonId}/roll-calls/{rollCallId}/answers', {
        path: { ...path, rollCallId },
        query,
        body: {},
      }),
    answerPoll: (pollId, answer) =>
      api.post('/api/rooms/{schoolDay}/{lessonId}/polls/{pollId}/answers', {
        path: { ...path, pollId },
        query,
        body: answer,
      }),
    heartbeat: (beat) =>
      api.post('/api/rooms/{schoolDay}/{lessonId}/heartbeat', { ...room, body: beat, keepalive }),
  };
}
