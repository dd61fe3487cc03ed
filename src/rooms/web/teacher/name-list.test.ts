import { expect, test } from 'vitest';
import { nameGroups } from './name-list.ts';
import type { PresenceRow } from './room-client.ts';

function row(name: string, over: Partial<PresenceRow> = {}): PresenceRow {
  return {
    personId: name,
    name,
    className: '七（2）班',
    state: 'missing',
    since: null,
    answeredAt: null,
    contact: null,
    ...over,
  };
}
const at = '2026-11-25T02:00:00.000Z';

test('an answered roll or a call that reached is done; a door opened or a call nobody took is not', () => {
  const groups = nameGroups([
    row('nobody'),
    row('opened the link', { state: 'left', since: at }),
    row('answered', { state: 'left', answeredAt: at }),
    row('nobody at home', { contact: { way: 'visit', outcome: 'noAnswer', at } }),
    row('given a sheet', { contact: { way: 'paper', outcome: 'given', at } }),
  ]);
  const names = (rows: readonly PresenceRow[]) => rows.map(({ name }) => name);
  expect(names(groups.open)).toEqual(['nobody', 'nobody at home']);
  expect(names(groups.came)).toEqual(['opened the link']);
  expect(names(groups.done)).toEqual(['answered', 'given a sheet']);
});
