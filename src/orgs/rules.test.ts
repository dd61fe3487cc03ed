import { expect, test } from 'vitest';
import type { OrgKind } from './tables.ts';
import { mayHangBelow } from './rules.ts';

test.each<[OrgKind, OrgKind, boolean, string]>([
  ['school', 'county', true, 'a school below its county'],
  ['school', 'city', true, 'a senior high school straight below its city'],
  ['functional', 'school', true, 'the academic affairs office of a school'],
  ['functional', 'ministry', true, 'an office of the ministry'],
  ['department', 'department', true, 'a teaching group within a department'],
  ['school', 'school', false, 'a school below a school'],
  ['county', 'school', false, 'a county below a school'],
  ['school', 'functional', false, 'a school below an office'],
])('%s below %s: %s (%s)', (child, parent, allowed, _why) => {
  expect(mayHangBelow(child, parent)).toBe(allowed);
});
