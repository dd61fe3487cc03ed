import { expect, test } from 'vitest';
import type { KeptSegment } from './segment-store.ts';
import { type SendOutcome, UploadQueue } from './upload-queue.ts';

const held = (next: number): SendOutcome => ({ kind: 'held', next });

function segment(n: number, track: 'voice' | 'events' = 'voice'): KeptSegment {
  return {
    logId: 'log',
    track,
    n,
    startMs: n * 1_980,
    durationMs: 1_980,
    sha256: '',
    bytes: new Uint8Array(1),
    keptAt: 0,
  };
}

/** A queue whose server answers by rule; waiting takes no time. */
function queueWith(answer: (segment: KeptSegment, tries: number) => SendOutcome, heldBefore = 0) {
  const sent: number[] = [];
  const forgotten: number[] = [];
  let tries = 0;
  const queue = new UploadQueue({
    heldBefore: { voice: heldBefore, events: 0 },
    send: async (one) => {
      sent.push(one.n);
      return answer(one, ++tries);
    },
    forget: async (segments) => void forgotten.push(...segments.map(({ n }) => n)),
    wait: () => new Promise((resolve) => setTimeout(resolve, 0)),
    onChange: () => undefined,
  });
  return { queue, sent, forgotten };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 50));

test('a piece is sent until the server holds it, and only then forgotten', async () => {
  const { queue, sent, forgotten } = queueWith((one, tries) =>
    tries < 4 ? { kind: 'later' } : held(one.n + 1),
  );
  queue.add(segment(1));
  expect(forgotten).toEqual([]);
  await settle();
  expect([sent, forgotten]).toEqual([[1, 1, 1, 1], [1]]);
  expect(queue.status()).toMatchObject({ state: 'fine', unsent: 0, unsentMs: 0 });
});

test('pieces go in order, and what the server already holds is not sent again', async () => {
  const { queue, sent, forgotten } = queueWith((one) => held(Math.max(4, one.n + 1)));
  for (const n of [3, 1, 2, 4]) queue.add(segment(n));
  await settle();
  expect(sent).toEqual([3, 4]);
  expect(forgotten.sort()).toEqual([1, 2, 3, 4]);
});

test('another device writing the same lesson stops this one, which keeps what it has', async () => {
  const { queue, forgotten } = queueWith(() => ({ kind: 'refused', code: 'segment_differs' }));
  queue.add(segment(7));
  await settle();
  expect(queue.status()).toMatchObject({ state: 'otherWriter', code: 'segment_differs', unsent: 1 });
  expect(forgotten).toEqual([]);
});

test('a second init segment of the same lesson is no quarrel', async () => {
  const { queue } = queueWith((one) =>
    one.n === 0 ? { kind: 'refused', code: 'segment_differs' } : held(one.n + 1),
  );
  queue.add(segment(0));
  queue.add(segment(1));
  await settle();
  expect(queue.status()).toMatchObject({ state: 'fine', unsent: 0 });
});

test('after another device has taught on, this one goes on behind it', async () => {
  const { queue, sent } = queueWith(
    (one) => (one.n <= 9 ? { kind: 'refused', code: 'segment_differs' } : held(one.n + 1)),
    9,
  );
  queue.add(segment(8));
  queue.add(segment(10));
  await settle();
  expect(sent).toEqual([8, 10]);
  expect(queue.status()).toMatchObject({ state: 'fine', unsent: 0 });
});

test('ink that is refused does not stop the voice', async () => {
  const { queue } = queueWith((one) =>
    one.track === 'events' ? { kind: 'refused', code: 'log_ended' } : held(one.n + 1),
  );
  queue.add(segment(1, 'events'));
  queue.add(segment(1));
  await settle();
  expect(queue.status()).toMatchObject({ state: 'refused', unsent: 1, unsentMs: 0 });
});
