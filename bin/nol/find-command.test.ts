import { expect, test } from 'vitest';

import { findCommand } from './find-command.ts';

const commands = [{ name: 'roster' }, { name: 'roster import' }, { name: 'doctor' }];

test.each([
  {
    typed: ['roster', 'import', 'a.xlsx', '--org', 'S1'],
    name: 'roster import',
    args: ['a.xlsx', '--org', 'S1'],
  },
  { typed: ['roster', 'export'], name: 'roster', args: ['export'] },
  { typed: ['doctor', '--json'], name: 'doctor', args: [] },
  { typed: ['--json', 'doctor'], name: 'doctor', args: [] },
  { typed: ['rosters', 'import'], name: undefined, args: ['rosters', 'import'] },
  { typed: [], name: undefined, args: [] },
])('"nol $typed" is $name', ({ typed, name, args }) => {
  const found = findCommand(commands, typed);
  expect(found.command?.name).toBe(name);
  expect(found.args).toEqual(args);
  expect(found.json).toBe(typed.includes('--json'));
});
