import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { ALARMS, runbookOf, watchAlarms, type Probe } from './alarms.ts';
import { createLogger } from './log.ts';

const root = join(import.meta.dirname, '../..');

function watched(probes: Parameters<typeof watchAlarms>[0]) {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({ destination: { write: (line) => void lines.push(JSON.parse(line)) } });
  // Looked at by hand only.
  return { ...watchAlarms(probes, log, 2 ** 30), lines };
}

test.each(ALARMS)('the runbook has a section for the alarm %s', (alarm) => {
  const [file, anchor] = runbookOf(alarm).split('#');
  const headings = readFileSync(join(root, file!), 'utf8').match(/^#+ .*$/gm) ?? [];
  const anchors = headings.map((line) =>
    line
      .replace(/^#+ /, '')
      .toLowerCase()
      .replaceAll(' ', '-')
      .replaceAll(/[^\w-]/g, ''),
  );
  expect(anchors).toContain(anchor);
});

test('however long a fault lasts it is one line, with its reason and its place in the runbook, and one when it is over', async () => {
  let fault: string | null = null;
  const { look, ringing, lines, stop } = watched({ disk: async () => fault });
  await look();
  fault = '3 MiB free';
  for (let n = 0; n < 5; n++) await look();
  expect([...ringing()]).toEqual([['disk', '3 MiB free']]);
  fault = null;
  await look();
  await look();
  expect(lines.map(({ msg, alarm, reason, runbook }) => ({ msg, alarm, reason, runbook }))).toEqual([
    { msg: 'alarm', alarm: 'disk', reason: '3 MiB free', runbook: runbookOf('disk') },
    { msg: 'alarm.over', alarm: 'disk', reason: undefined, runbook: undefined },
  ]);
  await stop();
});

test('a database that is away is one alarm, not one for everything that stands on it', async () => {
  const away: Probe = () => Promise.reject(new Error('Connection terminated'));
  const { look, ringing, lines } = watched({ database: away, queue: away, clock: away, audit: away });
  await look();
  expect([...ringing().keys()]).toEqual(['database']);
  expect(lines).toHaveLength(1);
});
