/**
 * Makes `src/demo/lesson.nol`: four minutes of a lesson (synthesised voice, drawn pages, ink) in the
 * frames of the feed. Run by hand when the script changes: needs espeak-ng, ffmpeg with libopus and a
 * CJK font; the product needs none of them.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import {
  encodeEvents,
  encodeFeed,
  VOICE_SEGMENT_MS,
  type FeedFrame,
  type LessonEvent,
} from '../../src/rooms/wire.ts';
import { lessonScript, type Stroke } from './script.ts';

const lessonMs = 4 * 60_000;
const rate = 48_000;
const work = mkdtempSync(path.join(tmpdir(), 'demo-lesson-'));

interface Timed {
  readonly atMs: number;
  readonly event: Record<string, unknown> & { kind: LessonEvent['kind'] };
}

/** Speaks a sentence; 48 kHz mono samples. */
function speak(text: string): Int16Array {
  const wav = path.join(work, 'say.wav');
  const raw = path.join(work, 'say.raw');
  execFileSync('espeak-ng', ['-v', 'cmn', '-s', '175', '-p', '58', '-w', wav, text]);
  execFileSync('ffmpeg', [
    '-v',
    'error',
    '-y',
    '-i',
    wav,
    '-ar',
    String(rate),
    '-ac',
    '1',
    '-f',
    's16le',
    raw,
  ]);
  const bytes = readFileSync(raw);
  return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2).slice();
}

/** Points every 40 ms along the corners, as a hand would draw them in `durationMs`. */
function sample(stroke: Stroke, durationMs: number): { x: number; y: number; tMs: number }[] {
  const steps = Math.max(8, Math.round(durationMs / 40));
  return Array.from({ length: steps + 1 }, (_, i) => {
    const at = (i / steps) * (stroke.path.length - 1);
    const [x1, y1] = stroke.path[Math.floor(at)] ?? [0, 0];
    const [x2, y2] = stroke.path[Math.min(stroke.path.length - 1, Math.floor(at) + 1)] ?? [x1, y1];
    const part = at - Math.floor(at);
    const tremble = Math.round(9 * Math.sin(i * 2.1));
    return {
      x: Math.round(x1 + (x2 - x1) * part),
      y: Math.round(y1 + (y2 - y1) * part) + tremble,
      tMs: i * 40,
    };
  });
}

const spoken = new Int16Array((lessonMs / 1000) * rate);
const timed: Timed[] = [];
let cursorMs = 800;
let strokeId = 1;
lessonScript.forEach((page, index) => {
  timed.push({ atMs: Math.max(0, cursorMs - 500), event: { kind: 'page', pageN: index + 1 } });
  for (const { say, draw = [] } of page.sentences) {
    const samples = speak(say);
    const sentenceMs = (samples.length / rate) * 1000;
    if (cursorMs + sentenceMs > lessonMs) throw new Error('The script is longer than the lesson.');
    spoken.set(
      samples.subarray(0, Math.max(0, spoken.length - Math.round((cursorMs / 1000) * rate))),
      Math.round((cursorMs / 1000) * rate),
    );
    let drawMs = cursorMs + 400;
    for (const stroke of draw) {
      const durationMs = Math.min(2_400, sentenceMs * 0.6);
      const id = strokeId;
      strokeId += 1;
      timed.push({
        atMs: drawMs,
        event: { kind: 'strokeStart', id, tool: stroke.tool, colour: stroke.colour, width: stroke.width },
      });
      timed.push({ atMs: drawMs, event: { kind: 'strokePoints', id, points: sample(stroke, durationMs) } });
      timed.push({ atMs: drawMs + durationMs, event: { kind: 'strokeEnd', id } });
      drawMs += durationMs + 200;
    }
    cursorMs += sentenceMs + 650;
  }
  cursorMs += 1_200;
});
console.log(`speech ends at ${(cursorMs / 1000).toFixed(1)} s of ${lessonMs / 1000}`);
if (cursorMs > lessonMs) throw new Error('The script is longer than the lesson.');

const pcm = path.join(work, 'lesson.raw');
const mp4 = path.join(work, 'lesson.mp4');
writeFileSync(pcm, Buffer.from(spoken.buffer));
execFileSync('ffmpeg', [
  '-v',
  'error',
  '-y',
  '-f',
  's16le',
  '-ar',
  String(rate),
  '-ac',
  '1',
  '-i',
  pcm,
  '-c:a',
  'libopus',
  '-b:a',
  '9k',
  '-vbr',
  'on',
  '-application',
  'voip',
  '-frame_duration',
  '60',
  '-map_metadata',
  '-1',
  '-fflags',
  '+bitexact',
  '-movflags',
  'empty_moov+default_base_moof+omit_tfhd_offset',
  '-frag_duration',
  String(VOICE_SEGMENT_MS * 1000 - 5_000),
  '-f',
  'mp4',
  mp4,
]);

/** Top-level boxes of an ISO base media file. */
function boxes(file: Buffer): { type: string; bytes: Buffer }[] {
  const found: { type: string; bytes: Buffer }[] = [];
  for (let at = 0; at < file.length;) {
    const size = file.readUInt32BE(at);
    found.push({ type: file.toString('latin1', at + 4, at + 8), bytes: file.subarray(at, at + size) });
    at += size;
  }
  return found;
}

const frames: FeedFrame[] = [];
const all = boxes(readFileSync(mp4));
const init = Buffer.concat(
  all.filter(({ type }) => type === 'ftyp' || type === 'moov').map(({ bytes }) => bytes),
);
frames.push({ track: 'voice', n: 0, startMs: 0, durationMs: 0, bytes: init });
let n = 0;
all.forEach(({ type, bytes }, index) => {
  if (type !== 'moof') return;
  const mdat = all[index + 1];
  if (mdat?.type !== 'mdat') throw new Error('A moof without mdat.');
  frames.push({
    track: 'voice',
    n: (n += 1),
    startMs: (n - 1) * VOICE_SEGMENT_MS,
    durationMs: VOICE_SEGMENT_MS,
    bytes: Buffer.concat([bytes, mdat.bytes]),
  });
});

timed.sort((a, b) => a.atMs - b.atMs);
let eventsN = 0;
for (let startMs = 0; startMs < lessonMs; startMs += 1000) {
  const inside = timed.filter(({ atMs }) => atMs >= startMs && atMs < startMs + 1000);
  if (inside.length === 0) continue;
  frames.push({
    track: 'events',
    n: (eventsN += 1),
    startMs,
    durationMs: 1000,
    bytes: encodeEvents(
      inside.map(({ atMs, event }) => ({ ...event, dtMs: Math.round(atMs - startMs) }) as LessonEvent),
    ),
  });
}
for (const [index, page] of lessonScript.entries()) {
  const png = await sharp(Buffer.from(page.svg))
    .png({ palette: true, colours: 16, compressionLevel: 9 })
    .toBuffer();
  frames.push({ track: 'pages', n: index + 1, startMs: 0, durationMs: 0, bytes: png });
}
const asset = encodeFeed(frames);
writeFileSync(path.join(import.meta.dirname, '../../src/demo/lesson.nol'), asset);
rmSync(work, { recursive: true });
console.log(
  `${n} voice segments, ${eventsN} event segments, ${lessonScript.length} pages, ${(asset.length / 1000).toFixed(0)} kB`,
);
if (asset.length > 400_000) throw new Error('The lesson is larger than 400 kB.');
