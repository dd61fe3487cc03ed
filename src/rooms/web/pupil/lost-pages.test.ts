import { expect, test, vi } from 'vitest';
import { ApiProblem } from '../../../platform/web/api-problem.ts';
import { createLostPages } from './lost-pages.ts';

function memory(): Storage {
  const held = new Map<string, string>();
  return {
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, value: string) => void held.set(key, value),
  } as Storage;
}

const offline = () => Promise.reject(new ApiProblem({ status: 0, code: 'network', message: 'no line' }));
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a press is told once, a second press takes it back', async () => {
  const tell = vi.fn(async () => undefined);
  const pages = createLostPages('k', tell, () => undefined, memory());
  pages.toggle(3);
  expect([pages.of(3), pages.of(4)]).toEqual(['waiting', 'no']);
  await settled();
  expect(pages.of(3)).toBe('told');
  pages.toggle(3);
  await settled();
  expect(pages.of(3)).toBe('no');
  expect(tell.mock.calls).toEqual([
    [3, false],
    [3, true],
  ]);
});

test('without a line it is kept over a reload and told when the line is back; what was taken back is not told', async () => {
  const storage = memory();
  const first = createLostPages('k', offline, () => undefined, storage);
  first.toggle(1);
  first.toggle(2);
  first.toggle(2);
  await settled();
  expect([first.of(1), first.of(2)]).toEqual(['waiting', 'no']);
  first.stop();

  const tell = vi.fn(async () => undefined);
  const second = createLostPages('k', tell, () => undefined, storage);
  await settled();
  expect(second.of(1)).toBe('told');
  expect(tell.mock.calls).toEqual([[1, false]]);
});

test('what the server refuses for good is not shown as told', async () => {
  const refused = () =>
    Promise.reject(new ApiProblem({ status: 403, code: 'not_allowed', message: 'Here one only listens.' }));
  const pages = createLostPages('k', refused, () => undefined, memory());
  pages.toggle(1);
  await settled();
  expect(pages.of(1)).toBe('no');
});
