import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { rostersCommands } from './commands.ts';
import { aRosterSchool, HEADER, TWO, type RosterSchool } from './testing/roster-school.ts';
import { workbookBytes, zipBomb, type Value } from './testing/workbooks.ts';

// Each upload starts a process of its own; on a busy machine a few of them take their time.
vi.setConfig({ testTimeout: 60_000 });
const { app, db, ctx } = await buildTestApp();
const folder = await mkdtemp(path.join(tmpdir(), 'nol-rosters-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

let school: RosterSchool;
let files = 0;

beforeEach(async () => {
  school = await aRosterSchool({ app, db });
});

describe('roster import on the command line', () => {
  const run = async (rows: Value[][] | Uint8Array, ...args: string[]) => {
    const file = path.join(folder, `roster-${(files += 1)}.xlsx`);
    await writeFile(file, rows instanceof Uint8Array ? rows : workbookBytes({ 名册: rows }));
    const command = rostersCommands.find(({ name }) => name === 'roster import');
    if (!command) throw new Error('no command');
    return command.run(ctx, [file, '--org', school.code, ...args]);
  };

  test('checks with --dry-run, imports without, and finds nothing to do the second time', async () => {
    const rows = [[...HEADER, '身份证号'], ...TWO.slice(1).map((row) => [...row, '11010519491231002X'])];
    const dry = await run(rows, '--dry-run');
    expect([dry.exitCode, dry.counts]).toMatchObject([
      0,
      { read: 2, created: 2, changed: 0, unchanged: 0, leaving: 0, dropped: 1, merged: 0, draft: 2 },
    ]);
    expect(await school.pupils()).toEqual([]);
    expect((await run(rows)).counts).toMatchObject({ created: 2, draft: 0 });
    expect((await run(rows)).counts).toMatchObject({ created: 0, changed: 0, unchanged: 2 });
    expect((await school.pupils()).length).toBe(2);
  });

  test('refuses with exit code 1 and the place of every problem', async () => {
    const result = await run([
      HEADER,
      ['1', '沈可欣', '女', '三（1）班'],
      ['1', '韦长庚', '男', '三（1）班'],
    ]);
    expect(result.exitCode).toBe(1);
    expect(result.problems).toMatchObject([
      { sheet: '名册', row: 3, column: 'A', code: 'roster_number_duplicate', severity: 'must' },
    ]);
    expect(await school.pupils()).toEqual([]);
    const bomb = await run(zipBomb(256 * 1024 * 1024));
    expect([bomb.exitCode, bomb.problems]).toMatchObject([1, [{ code: 'workbook_zip_bomb', row: null }]]);
  });

  test.each([
    [[]],
    [['--org']],
    [['--org', 'nowhere', '--leaving', 'maybe']],
    [['--org', 'nowhere', '--dryrun']],
    [['--org', 'nowhere', 'second.xlsx']],
  ])('a wrong way of writing (%s) is refused', async (args) => {
    const command = rostersCommands[0];
    await expect(command?.run(ctx, ['nothing.xlsx', ...args])).rejects.toMatchObject({
      code: 'command_usage',
    });
  });

  test('a unit that does not exist and a file that does not exist are named', async () => {
    const command = rostersCommands[0];
    const gone = await command?.run(ctx, ['gone.xlsx', '--org', school.code]);
    expect(gone).toMatchObject({
      exitCode: 1,
      problems: [{ file: 'gone.xlsx', code: 'roster_file_unreadable' }],
    });
    expect(await run(TWO, '--org', 'nowhere')).toMatchObject({
      exitCode: 1,
      problems: [{ code: 'org_not_found', row: null }],
    });
  });
});
