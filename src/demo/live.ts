import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import type { PersonActor } from '../platform/actor.ts';
import type { ServerContext } from '../platform/context.ts';
import { roomsOf } from '../rooms/rooms.ts';
import { appendPage, appendSegment } from '../rooms/service-append.ts';
import { join } from '../rooms/service-join.ts';
import { say } from '../rooms/service-lines.ts';
import { heartbeat } from '../rooms/service-presence.ts';
import { giveOrder, raiseHand } from '../rooms/service-talk.ts';
import { decodeFeed, type FeedFrame } from '../rooms/wire.ts';
import { startNow } from '../timetable/service/start-now.ts';
import { zone } from './clock.ts';
import { removeLessons } from './remove.ts';

/** Who never comes, comes late, or drops out, by place in the class list (0 = first). */
const neverCome = new Set([4, 17, 30]);
const comesLate = { place: 8, atMs: 95_000 } as const;
const dropsOut = { place: 12, atMs: 125_000 } as const;
const breakBetweenRunsMs = 20_000;
/** A page asks for voice every few seconds; often enough here that nobody seems to have lost the line. */
const signsMs = 20_000;
const chats = [
  { atMs: 12_000, place: 1, text: '老师好' },
  { atMs: 15_000, place: 5, text: '听得清楚' },
  { atMs: 74_000, place: 10, text: '240 是小禾先走的路吗？' },
  { atMs: 101_000, place: 21, text: '相等的是两个人走的路' },
  { atMs: 168_000, place: 14, text: '懂了，x 是哥哥走的时间' },
] as const;
const hands = [
  { atMs: 82_000, place: 3 },
  { atMs: 88_000, place: 26 },
] as const;

interface Cast {
  readonly teacher: PersonActor;
  readonly pupils: readonly PersonActor[];
  readonly classId: string;
}

/**
 * Teaches the demo lesson over and over: the recorded log goes through the ordinary upload use cases as a
 * teacher's page would send it, a class follows, then it ends and begins again. Earlier runs go, but for the last.
 *
 * @returns a function that stops teaching and waits for the step under way.
 */
export function teachDemoLesson(ctx: ServerContext): () => Promise<void> {
  const stop = new AbortController();
  const taught = teachForever(ctx, stop.signal);
  return async () => {
    stop.abort();
    await taught;
  };
}

async function teachForever(ctx: ServerContext, signal: AbortSignal): Promise<void> {
  const frames = decodeFeed(await readFile(path.join(import.meta.dirname, 'lesson.nol')));
  while (!signal.aborted) {
    try {
      const cast = await castOf(ctx);
      if (!cast) return;
      await removeEarlierRuns(ctx, cast);
      await teachOnce(ctx, cast, frames, signal);
    } catch (error) {
      // The show must not end the server; a database restart in mid-lesson looks like this, too.
      if (!signal.aborted) ctx.log.warn({ err: error }, 'demo.lesson');
    }
    await waitUnless(signal, breakBetweenRunsMs);
  }
}

/** The class, its teacher of the subject and its pupils; null when the demo is gone. */
async function castOf(ctx: ServerContext): Promise<Cast | null> {
  const { rows } = await sql<{
    class_id: string;
    person_id: string;
    account_id: string;
    role: string;
    number: string;
  }>`
    WITH today AS (SELECT (app_now() AT TIME ZONE ${zone} - interval '4 hours')::date AS day)
    SELECT m.class_id, m.person_id, a.id AS account_id,
      CASE WHEN m.role = 'pupil' THEN 'pupil' ELSE 'teacher' END AS role, p.number
    FROM today, orgs o JOIN classes c ON c.school_id = o.id AND c.name = '七（2）班', class_members(today.day) m
    JOIN persons p ON p.id = m.person_id JOIN accounts a ON a.person_id = p.id
    WHERE o.code = 'qscz' AND o.is_demo AND m.class_id = c.id AND (m.role = 'pupil' OR EXISTS (
      SELECT FROM plan_item_staff s JOIN plan_items i ON i.id = s.plan_item_id JOIN courses k ON k.id = i.course_id
      JOIN plan_item_audiences x ON x.plan_item_id = i.id AND x.class_id = c.id
      WHERE s.person_id = m.person_id AND k.title = '数学'))
    ORDER BY p.number
  `.execute(ctx.db);
  const teacherRow = rows.find(({ role }) => role === 'teacher');
  if (!teacherRow) return null;
  const appointment = await ctx.db
    .selectFrom('current_appointments')
    .select(['appointment_id as id', 'org_id as orgId', 'path as orgPath', 'role'])
    .where('person_id', '=', teacherRow.person_id)
    .executeTakeFirst();
  if (!appointment) return null;
  const { role, ...held } = appointment;
  const actor = (row: (typeof rows)[number]): PersonActor => ({
    kind: 'person',
    accountId: row.account_id,
    personId: row.person_id,
    role: row.role,
    appointment: null,
    sessionHash: null,
    granted: new Set(),
  });
  return {
    teacher: { ...actor(teacherRow), role, appointment: held },
    pupils: rows.filter((row) => row.role === 'pupil').map(actor),
    classId: teacherRow.class_id,
  };
}

async function teachOnce(
  ctx: ServerContext,
  cast: Cast,
  frames: readonly FeedFrame[],
  signal: AbortSignal,
): Promise<void> {
  const rooms = roomsOf(ctx);
  const { teacher, pupils, classId } = cast;
  const lesson = await startNow(ctx, teacher, {
    classIds: [classId],
    courseTitle: '数学',
    topic: '一元一次方程的应用：追及问题',
    minutes: 5,
    mode: 'live',
    link: null,
    request: { actor: teacher, key: `demo-${randomUUID()}`, requestHash: Buffer.alloc(32) },
  });
  const key = { schoolDay: lesson.day, lessonId: lesson.lessonId };
  const { logId } = await join(rooms, teacher, key, teacher.personId);
  for (const page of frames.filter(({ track }) => track === 'pages')) {
    const image = Buffer.from(page.bytes);
    await appendPage(rooms, teacher, { logId, n: page.n, sha256: sha256(image), text: '', image });
  }
  const timeline = frames.filter(({ track }) => track === 'voice' || track === 'events');
  const lastMs = Math.max(...timeline.map(({ startMs, durationMs }) => startMs + durationMs));
  const startedAt = performance.now();
  let sent = 0;
  const ordered = [...timeline].sort(
    (a, b) => a.startMs + a.durationMs - (b.startMs + b.durationMs) || a.n - b.n,
  );
  let beaten = 0;
  let signedMs = 0;
  const here = new Set<number>();
  const said = new Set<number>();
  while (sent < ordered.length && !signal.aborted) {
    const nowMs = performance.now() - startedAt;
    for (
      let frame = ordered[sent];
      frame && frame.startMs + frame.durationMs <= nowMs;
      frame = ordered[sent]
    ) {
      const bytes = Buffer.from(frame.bytes);
      const track = frame.track === 'voice' ? 'voice' : 'events';
      await appendSegment(rooms, teacher, {
        logId,
        track,
        n: frame.n,
        startMs: frame.startMs,
        durationMs: frame.durationMs,
        sha256: sha256(bytes),
        bytes,
      });
      sent += 1;
    }
    await comeIn(ctx, cast, key, nowMs, here);
    if (nowMs - signedMs >= signsMs) {
      await giveSigns(ctx, cast, logId, [signedMs, nowMs], here);
      signedMs = nowMs;
    }
    for (const [index, { atMs, place, text }] of chats.entries()) {
      const who = pupils[place];
      if (said.has(index) || nowMs < atMs || !who || !here.has(place)) continue;
      said.add(index);
      await say(rooms, { actor: who, key, personId: who.personId }, { clientId: randomUUID(), text });
    }
    for (const [index, { atMs, place }] of hands.entries()) {
      const who = pupils[place];
      if (said.has(100 + index) || nowMs < atMs || !who || !here.has(place)) continue;
      said.add(100 + index);
      await raiseHand(rooms, { actor: who, key, personId: who.personId }, true);
    }
    const minute = Math.floor(nowMs / 60_000);
    if (minute > beaten) {
      await beat(ctx, cast, key, beaten, here);
      beaten = minute;
    }
    await waitUnless(signal, 500);
  }
  if (signal.aborted) return;
  await beat(ctx, cast, key, beaten, here);
  await giveOrder(rooms, { actor: teacher, key, personId: teacher.personId }, { order: 'end', atMs: lastMs });
}

/** Pupils come within the first twenty seconds, one late; one leaves and does not return. */
async function comeIn(
  ctx: ServerContext,
  { pupils }: Cast,
  key: { schoolDay: string; lessonId: string },
  nowMs: number,
  here: Set<number>,
): Promise<void> {
  const due = pupils.flatMap((actor, place) => {
    const atMs = place === comesLate.place ? comesLate.atMs : 1_000 + place * 400;
    return !here.has(place) &&
      !neverCome.has(place) &&
      nowMs >= atMs &&
      !(place === dropsOut.place && nowMs > dropsOut.atMs)
      ? [{ actor, place }]
      : [];
  });
  await Promise.all(due.map(({ actor }) => join(roomsOf(ctx), actor, key, actor.personId)));
  for (const { place } of due) here.add(place);
  if (nowMs > dropsOut.atMs) here.delete(dropsOut.place);
}

/** Pages of pupils who are here have asked for the voice between two moments of the lesson. */
async function giveSigns(
  ctx: ServerContext,
  { pupils }: Cast,
  logId: string,
  [fromMs, toMs]: readonly [number, number],
  here: ReadonlySet<number>,
): Promise<void> {
  const rooms = roomsOf(ctx);
  const served = [Math.floor(fromMs / 1000), Math.floor(toMs / 1000)] as const;
  for (const { personId } of pupils.filter((_, place) => here.has(place))) {
    const standing = await rooms.standings.now(logId, personId);
    if (standing !== null) rooms.hub.seen({ logId, personId, standing }, served);
  }
}

async function beat(
  ctx: ServerContext,
  { pupils }: Cast,
  key: { schoolDay: string; lessonId: string },
  minute: number,
  here: ReadonlySet<number>,
): Promise<void> {
  const rooms = roomsOf(ctx);
  const present = pupils.filter((_, place) => here.has(place));
  await Promise.all(
    present.map((actor, index) =>
      heartbeat(
        rooms,
        { actor, key, personId: actor.personId },
        { minute, heardMs: 58_000, step: index % 9 === 0 ? 2 : 1, queueMs: 0 },
      ),
    ),
  );
}

/** Keeps the last finished run as a recording; everything older goes, half-taught runs of a killed server too. */
async function removeEarlierRuns(ctx: ServerContext, { classId }: Cast): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    SELECT l.id FROM lessons l JOIN lesson_audiences a ON a.school_day = l.school_day AND a.lesson_id = l.id
    WHERE a.class_id = ${classId} AND l.period IS NULL AND l.plan_origin_id IS NULL
    ORDER BY l.status = 'ended' DESC, l.starts_at DESC OFFSET 1
  `.execute(ctx.db);
  const unfinished = await sql<{ id: string }>`
    SELECT l.id FROM lessons l JOIN lesson_audiences a ON a.school_day = l.school_day AND a.lesson_id = l.id
    WHERE a.class_id = ${classId} AND l.period IS NULL AND l.plan_origin_id IS NULL AND l.status <> 'ended'
  `.execute(ctx.db);
  const ids = [...new Set([...rows, ...unfinished.rows].map(({ id }) => id))];
  if (ids.length > 0) await ctx.db.transaction().execute((trx) => removeLessons(trx, ids));
}

async function waitUnless(signal: AbortSignal, ms: number): Promise<void> {
  try {
    await pause(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
