import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BuiltLesson, Headers } from '../../src/rooms/testing/a-lesson.ts';
import { encodeEvents, VOICE_SEGMENT_MS } from '../../src/rooms/wire.ts';
import { sha256Hex, type Ledger } from './ledger.ts';

/** What the drivers share. */
export interface Drive {
  readonly url: string;
  readonly ledger: Ledger;
  /** Value of everything ever sent, by `kind key`. */
  readonly sent: Map<string, string>;
  /** Aborted when the faults are over and the drivers shall come to an end. */
  readonly done: AbortSignal;
  /** Told of every try that failed and was repeated. */
  repeated(): void;
}

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers: Headers;
  readonly body?: object | Buffer;
  /** Default: bytes for a buffer, JSON for everything else. */
  readonly contentType?: string;
}

/**
 * One request, repeated with the same key and content until it is answered: as the pages do.
 *
 * @returns the answer's JSON, or null for a refusal with one of the `expected` codes.
 */
export async function untilAnswered(
  drive: Drive,
  call: Call,
  expected: readonly string[] = [],
): Promise<Record<string, unknown> | null> {
  const { body } = call;
  const type = call.contentType ?? (Buffer.isBuffer(body) ? 'application/octet-stream' : 'application/json');
  const sent = Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body);
  for (;;) {
    let answer: Response;
    let text: string;
    try {
      answer = await fetch(`${drive.url}${call.path}`, {
        method: call.method,
        headers: body === undefined ? call.headers : { ...call.headers, 'content-type': type },
        ...(sent === undefined ? {} : { body: sent }),
        signal: AbortSignal.timeout(10_000),
      });
      text = await answer.text();
    } catch {
      // Connection refused, reset or cut: the server is dead or dying. Whether it wrote is unknown: repeat.
      drive.repeated();
      await sleep(randomInt(40, 250));
      continue;
    }
    if (answer.ok) return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    if (answer.status >= 500) {
      drive.repeated();
      await sleep(randomInt(40, 250));
      continue;
    }
    const { code } = JSON.parse(text) as { code: string };
    if (expected.includes(code)) return null;
    throw new Error(`${call.method} ${call.path} was refused: ${answer.status} ${text}`);
  }
}

const room = (lesson: BuiltLesson) => `/api/rooms/${lesson.schoolDay}/${lesson.lessonId}`;

/** Somebody comes in. @returns the log. */
export async function enter(
  drive: Drive,
  lesson: BuiltLesson,
  person: { personId: string; headers: Headers },
): Promise<string> {
  const key = `${lesson.lessonId} ${person.personId}`;
  drive.sent.set(`entered ${key}`, 'once');
  const joined = await untilAnswered(drive, {
    method: 'POST',
    path: `${room(lesson)}/join`,
    headers: person.headers,
    body: {},
  });
  await drive.ledger.acknowledge('entered', key, 'once');
  return String(joined!['logId']);
}

/** Speaks and draws until done, then ends the lesson. One segment at a time in order, forty times faster than life. */
export async function teach(
  drive: Drive,
  lesson: BuiltLesson,
  logId: string,
  segments: number,
): Promise<void> {
  const { headers } = lesson.teacher;
  for (let n = 0; n <= segments && !drive.done.aborted; n++) {
    const startMs = Math.max(0, n - 1) * VOICE_SEGMENT_MS;
    await put(
      drive,
      headers,
      logId,
      'voice',
      n,
      startMs,
      n === 0 ? 0 : VOICE_SEGMENT_MS,
      randomBytes(randomInt(600, 6000)),
    );
    if (n > 0) {
      const ink = encodeEvents([
        { kind: 'page', dtMs: n, pageN: n % 7 },
        { kind: 'undo', dtMs: n + 1, id: randomInt(1e6) },
      ]);
      await put(drive, headers, logId, 'events', n, startMs, 1000, Buffer.from(ink));
    }
    await sleep(randomInt(100));
  }
  drive.sent.set(`end ${logId}`, 'once');
  await untilAnswered(drive, {
    method: 'POST',
    path: `${room(lesson)}/order`,
    headers,
    body: { order: 'end' },
  });
  await drive.ledger.acknowledge('end', logId, 'once');
}

async function put(
  drive: Drive,
  headers: Headers,
  logId: string,
  track: 'voice' | 'events',
  n: number,
  startMs: number,
  durationMs: number,
  bytes: Buffer,
): Promise<void> {
  const sha256 = sha256Hex(bytes);
  drive.sent.set(`${track} ${logId} ${n}`, sha256);
  const path = `/api/logs/${logId}/${track}/${n}?startMs=${startMs}&durationMs=${durationMs}&sha256=${sha256}`;
  await untilAnswered(drive, { method: 'PUT', path, headers, body: bytes });
  await drive.ledger.acknowledge(track, `${logId} ${n}`, sha256);
}

/** Talks, sends a heartbeat for every minute taught and answers roll calls, until the lesson is over. */
export async function attend(
  drive: Drive,
  lesson: BuiltLesson,
  logId: string,
  pupil: { personId: string; headers: Headers },
  rollCalls: { readonly ids: readonly string[] },
): Promise<void> {
  const { headers, personId } = pupil;
  let minute = 0;
  const answered = new Set<string>();
  for (;;) {
    const clientId = randomUUID();
    const text = `第 ${minute} 分钟 ${clientId}`;
    drive.sent.set(`chat ${logId} ${clientId}`, text);
    const body = { clientId, text };
    const said = await untilAnswered(drive, { method: 'POST', path: `${room(lesson)}/chat`, headers, body }, [
      'log_ended',
    ]);
    if (said === null) return;
    await drive.ledger.acknowledge('chat', `${logId} ${clientId}`, text);

    const heardMs = randomInt(1, 60_000);
    const key = `${lesson.lessonId} ${personId} ${minute}`;
    // The most that was said of a minute stays: a minute is only sent again with what was sent before.
    if (!drive.sent.has(`heartbeat ${key}`)) drive.sent.set(`heartbeat ${key}`, String(heardMs));
    const beat = { minute, heardMs: Number(drive.sent.get(`heartbeat ${key}`)), step: 1, queueMs: 0 };
    const taken = await untilAnswered(
      drive,
      { method: 'POST', path: `${room(lesson)}/heartbeat`, headers, body: beat },
      ['minute_not_taught', 'log_ended'],
    );
    if (taken !== null) {
      await drive.ledger.acknowledge('heartbeat', key, String(beat.heardMs));
      minute++;
    }

    const open = rollCalls.ids.find((id) => !answered.has(id));
    if (open !== undefined) {
      answered.add(open);
      drive.sent.set(`rollCallAnswer ${open} ${personId}`, 'once');
      const path = `${room(lesson)}/roll-calls/${open}/answers`;
      const counted = await untilAnswered(drive, { method: 'POST', path, headers, body: {} }, [
        'roll_call_over',
        'log_ended',
      ]);
      if (counted !== null) await drive.ledger.acknowledge('rollCallAnswer', `${open} ${personId}`, 'once');
    }
    await sleep(randomInt(5, 40));
  }
}

/** Starts a roll call now and then. @returns the ids, growing. */
export function callRolls(
  drive: Drive,
  lesson: BuiltLesson,
): { ids: string[]; stopped: Promise<void>; stop(): void } {
  const ids: string[] = [];
  const over = new AbortController();
  const run = async () => {
    while (!over.signal.aborted) {
      const id = randomUUID();
      const body = { id, seconds: 600 };
      const started = await untilAnswered(
        drive,
        { method: 'POST', path: `${room(lesson)}/roll-calls`, headers: lesson.teacher.headers, body },
        ['log_ended'],
      );
      if (started === null) return;
      ids.push(id);
      await sleep(400);
    }
  };
  return { ids, stopped: run(), stop: () => over.abort() };
}
