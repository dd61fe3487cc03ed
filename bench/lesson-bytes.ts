import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import {
  decodeFeed,
  decodeJsonRow,
  VOICE_SEGMENT_MS,
  type FeedFrame,
  type PageRow,
} from '../src/rooms/wire.ts';
import { round, verdict, type BenchResult } from './bench.ts';
import { client, requireStatus } from './parts/load.ts';
import { startProduct } from './parts/product.ts';
import { makeSchool } from './parts/school.ts';

const MINUTES = 40;
const PAGES = 40;
/** TCP and IP heads of one packet, and what fits beside them into a mobile link's frame. */
const PACKET_HEAD_BYTES = 52;
const PACKET_BYTES = 1400;

/** What a browser on an Android telephone sends with every request, cookie apart; our pages send no referrer. */
const BROWSER_HEADERS = {
  'sec-ch-ua-platform': '"Android"',
  'user-agent':
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
  'sec-ch-ua': '"Not/A)Brand";v="8", "Chromium";v="126", "Android WebView";v="126"',
  'sec-ch-ua-mobile': '?1',
  accept: '*/*',
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
  'accept-encoding': 'gzip, deflate',
  'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8',
};

/**
 * What forty minutes cost a pupil on the wire: real synthesised voice and ink of the demo lesson over and over, and
 * forty pages as large as pages may be; every byte of HTTP in both directions counted at the socket, packet heads
 * added. Standard: 2 s of voice an answer, large pages. Lightest: 4 s of voice an answer, small pages.
 */
export async function run(): Promise<BenchResult> {
  const product = await startProduct();
  try {
    const [lesson] = await makeSchool(product.database.db, { classes: 1, pupilsEach: 2 });
    const { schoolDay, lessonId, pupils, teacherToken } = lesson!;
    const cookie = (token: string) => `nol_${product.port}=${token.padEnd(43, '-')}`;
    // Sessions of a bench have short names; a real cookie has 43 characters.
    await product.database.pool.query(
      `UPDATE sessions s SET id_hash = sha256(convert_to(rpad('bench-' || a.login_name, 43, '-'), 'UTF8'))
       FROM accounts a WHERE a.id = s.account_id`,
    );
    const http = client(product.host, product.port, 4);
    const staff = { cookie: cookie(teacherToken), 'nol-client': 'bench' };
    const joined = await http.send({
      method: 'POST',
      path: `/api/rooms/${schoolDay}/${lessonId}/join`,
      headers: { ...staff, 'content-type': 'application/json' },
      body: '{}',
    });
    requireStatus(joined, 200, 'join');
    const { logId } = JSON.parse(joined.body.toString('utf8')) as { logId: string };
    const put = async ({ track, n, startMs, durationMs, bytes }: FeedFrame) => {
      const query = `startMs=${startMs}&durationMs=${durationMs}&sha256=${sha256Hex(bytes)}`;
      const answer = await http.send({
        method: 'PUT',
        path: `/api/logs/${logId}/${track}/${n}?${query}`,
        headers: { ...staff, 'content-type': 'application/octet-stream' },
        body: Buffer.from(bytes),
      });
      requireStatus(answer, 200, 'segment');
    };
    for (let n = 1; n <= PAGES; n++) {
      const image = await richPage(n);
      const answer = await http.send({
        method: 'POST',
        path: `/api/logs/${logId}/pages?n=${n}&sha256=${sha256Hex(image)}`,
        headers: { ...staff, 'content-type': 'image/jpeg' },
        body: image,
      });
      requireStatus(answer, 200, 'page');
    }
    const { init, voice, events } = fortyMinutes();
    await put(init);
    const [standard, lightest] = pupils.map(
      ({ token }, place) =>
        new Pupil({
          host: product.host,
          port: product.port,
          cookie: cookie(token),
          logId,
          step: place === 0 ? 1 : 2,
          size: place === 0 ? 'large' : 'small',
        }),
    );
    let nextEvent = 0;
    for (const segment of voice) {
      // Ink is sent as it is drawn, so it is there before the voice it belongs to is complete.
      while (
        events[nextEvent] !== undefined &&
        events[nextEvent]!.startMs < segment.startMs + segment.durationMs
      ) {
        await put(events[nextEvent++]!);
      }
      await put(segment);
      await standard!.listen(segment.n);
      await lightest!.listen(segment.n);
    }
    http.close();
    const voiceBytes = voice.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const figures = {
      minutes: MINUTES,
      standardMB: round(standard!.wireBytes() / 1e6, 2),
      standardVoiceMB: round((standard!.wireBytes() - standard!.pageWireBytes - standard!.inkBytes) / 1e6, 2),
      lightestMB: round(lightest!.wireBytes() / 1e6, 2),
      voiceFileMB: round(voiceBytes / 1e6, 2),
      inkMB: round(standard!.inkBytes / 1e6, 3),
      standardPagesMB: round(standard!.pageWireBytes / 1e6, 2),
      lightestPagesMB: round(lightest!.pageWireBytes / 1e6, 2),
      standardRequests: standard!.requests,
      lightestRequests: lightest!.requests,
    };
    return {
      name: 'lesson-bytes',
      figures,
      reference: null,
      ratio: null,
      budget: { standardMBAtMost: 6.5, standardVoiceMBAtMost: 4, lightestMBAtMost: 4.5 },
      ...verdict([
        { name: 'standardMB', holds: figures.standardMB <= 6.5 },
        { name: 'standardVoiceMB', holds: figures.standardVoiceMB <= 4 },
        { name: 'lightestMB', holds: figures.lightestMB <= 4.5 },
      ]),
    };
  } finally {
    await product.close();
  }
}

/** The demo lesson again and again until forty minutes are full. */
function fortyMinutes(): { init: FeedFrame; voice: FeedFrame[]; events: FeedFrame[] } {
  const frames = decodeFeed(readFileSync(join(import.meta.dirname, '../src/demo/lesson.nol')));
  const once = frames.filter(({ track, n }) => track === 'voice' && n > 0);
  const ink = frames.filter(({ track }) => track === 'events');
  const voice: FeedFrame[] = [];
  const events: FeedFrame[] = [];
  const segments = Math.floor((MINUTES * 60_000) / VOICE_SEGMENT_MS);
  for (let from = 0; voice.length < segments; from += once.length * VOICE_SEGMENT_MS) {
    for (const frame of ink) events.push({ ...frame, n: events.length + 1, startMs: from + frame.startMs });
    for (const frame of once) {
      const n = voice.length + 1;
      if (n <= segments) voice.push({ ...frame, n, startMs: (n - 1) * VOICE_SEGMENT_MS });
    }
  }
  return { init: frames.find(({ track, n }) => track === 'voice' && n === 0)!, voice, events };
}

/** A photograph-like page that fills both sizes to their limits. */
async function richPage(seed: number): Promise<Buffer> {
  return sharp({
    create: {
      width: 1600,
      height: 1130,
      channels: 3,
      background: '#fff',
      noise: { type: 'gaussian', mean: 128, sigma: 18 + (seed % 3) },
    },
  })
    .blur(1.2)
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** A pupil's page as far as its bytes go. */
class Pupil {
  inkBytes = 0;
  pageWireBytes = 0;
  requests = 0;
  private readonly options: {
    host: string;
    port: number;
    cookie: string;
    logId: string;
    step: 1 | 2;
    size: 'large' | 'small';
  };
  private readonly agent: Agent;
  private readonly next = { voice: 0, events: 1, talk: 1, pages: 1 };
  private wire = 0;

  constructor(options: Pupil['options']) {
    this.options = options;
    this.agent = new Agent({ keepAlive: true, maxSockets: 1 });
  }

  wireBytes(): number {
    return this.wire;
  }

  /** Asks until the segment is there, as the page does when its voice has been spoken. */
  async listen(n: number): Promise<void> {
    const { logId, step, size } = this.options;
    if (n - this.next.voice + 1 < step) return;
    const query = `voice=${this.next.voice}&events=${this.next.events}&talk=${this.next.talk}&pages=${this.next.pages}&step=${step}&hold=8&max=65536`;
    for (const frame of decodeFeed(await this.get(`/api/logs/${logId}/feed?${query}`))) {
      this.next[frame.track] = frame.n + 1;
      if (frame.track === 'events') this.inkBytes += frame.bytes.length;
      if (frame.track !== 'pages') continue;
      const { sha256 } = decodeJsonRow<PageRow>(frame.bytes);
      const before = this.wire;
      await this.get(`/api/logs/${logId}/pages/${sha256}?size=${size}`);
      this.pageWireBytes += this.wire - before;
    }
  }

  private get(path: string): Promise<Buffer> {
    const { host, port, cookie } = this.options;
    return new Promise((resolve, reject) => {
      let socket: Socket;
      let read = 0;
      let written = 0;
      const asked = request(
        { host, port, path, headers: { ...BROWSER_HEADERS, cookie }, agent: this.agent },
        (answer: IncomingMessage) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('end', () => {
            this.count(socket.bytesRead - read, socket.bytesWritten - written);
            const body = Buffer.concat(parts);
            if (answer.statusCode === 200) resolve(body);
            else reject(new Error(`${path}: ${answer.statusCode} ${body.toString('utf8').slice(0, 200)}`));
          });
        },
      );
      asked.on('socket', (found) => {
        socket = found;
        read = found.bytesRead;
        written = found.bytesWritten;
      });
      asked.on('error', reject);
      asked.end();
    });
  }

  /** Down, up, the heads of their packets, and an acknowledgement for every second packet down. */
  private count(down: number, up: number): void {
    const packetsDown = Math.ceil(down / PACKET_BYTES);
    const packets = packetsDown + Math.ceil(up / PACKET_BYTES) + Math.ceil(packetsDown / 2);
    this.wire += down + up + packets * PACKET_HEAD_BYTES;
    this.requests += 1;
  }
}

function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
