import { expect, test } from 'vitest';
import { PageUploads } from './page-uploads.ts';
import type { KeptPage } from './segment-store.ts';
import type { SendOutcome } from './upload-queue.ts';

function page(n: number, size = 60_000): KeptPage {
  return { logId: 'log', n, type: 'image/webp', text: '', bytes: new Uint8Array(size), keptAt: 0 };
}

/** Uploads on a clock of their own: every wait passes at once and is added up. */
function uploads(options: {
  teaching?: boolean;
  voiceWaiting?: () => number;
  send?: (page: KeptPage, tries: number, giveWay: AbortSignal) => Promise<SendOutcome>;
}) {
  const sent: { n: number; bytes: number; atMs: number }[] = [];
  const held: number[] = [];
  const refused: string[] = [];
  const clock = { ms: 0 };
  let tries = 0;
  const one = new PageUploads({
    send: async (next, giveWay) => {
      sent.push({ n: next.n, bytes: next.bytes.length, atMs: clock.ms });
      tries += 1;
      return options.send ? options.send(next, tries, giveWay) : { kind: 'held', next: 0 };
    },
    shrink: async (original, maxBytes) => ({ ...original, bytes: new Uint8Array(maxBytes) }),
    voiceWaiting: options.voiceWaiting ?? (() => 0),
    teaching: () => options.teaching ?? true,
    wait: async (ms) => {
      await new Promise((resolve) => setImmediate(resolve));
      clock.ms += ms;
    },
    onHeld: async ({ n }) => void held.push(n),
    onRefused: async ({ n }, code) => void refused.push(`${n} ${code}`),
  });
  const until = async (done: () => boolean) => {
    for (let turn = 0; !done() && turn < 20_000; turn++)
      await new Promise((resolve) => setImmediate(resolve));
  };
  return { one, sent, held, refused, clock, until };
}

test('while a lesson runs, pages take no more than their share of the uplink', async () => {
  const { one, sent, held, until } = uploads({});
  for (const n of [1, 2, 3, 4]) one.add(page(n));
  await until(() => held.length === 4);
  const [first, , , last] = sent;
  const bitsPerSecond = (3 * 60_000 * 8) / (((last?.atMs ?? 0) - (first?.atMs ?? 0)) / 1_000);
  expect(bitsPerSecond).toBeLessThan(24_000);
  expect(bitsPerSecond).toBeGreaterThan(18_000);
});

test('before the lesson they go as fast as the line allows', async () => {
  const { one, held, clock, until } = uploads({ teaching: false });
  for (const n of [1, 2, 3, 4]) one.add(page(n));
  await until(() => held.length === 4);
  expect(clock.ms).toBeLessThan(5_000);
});

test('a page gives way when voice has to wait, and comes back smaller', async () => {
  let waiting = 0;
  const { one, sent, held, until } = uploads({
    voiceWaiting: () => waiting,
    send: async (_page, tries, giveWay) => {
      if (tries > 1) return { kind: 'held', next: 0 };
      waiting = 3;
      await new Promise<void>((resolve) => giveWay.addEventListener('abort', () => resolve()));
      waiting = 0;
      return { kind: 'later' };
    },
  });
  one.add(page(1, 90_000));
  await until(() => held.length === 1);
  expect(sent.map(({ bytes }) => bytes)).toEqual([90_000, 60_000]);
});

test('a dead line does not make pages smaller, only later', async () => {
  const { one, sent, held, until } = uploads({
    send: async (_page, tries) => (tries < 4 ? { kind: 'later' } : { kind: 'held', next: 0 }),
  });
  one.add(page(1, 90_000));
  await until(() => held.length === 1);
  expect(sent.map(({ bytes }) => bytes)).toEqual([90_000, 90_000, 90_000, 90_000]);
});

test('the page shown goes before the others; one that is refused does not hold them up', async () => {
  const { one, sent, held, refused, until } = uploads({
    teaching: false,
    send: async ({ n }) =>
      n === 2 ? { kind: 'refused', code: 'page_not_image' } : { kind: 'held', next: 0 },
  });
  for (const n of [1, 2, 3, 4]) one.add(page(n));
  one.prefer(4);
  await until(() => held.length === 3);
  expect(sent.map(({ n }) => n)).toEqual([1, 4, 2, 3]);
  expect(refused).toEqual(['2 page_not_image']);
});
