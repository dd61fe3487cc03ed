import { randomUUID } from 'node:crypto';
import ICAL from 'ical.js';
import { beforeEach, expect, test } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { aStaff, signedInAs } from '../platform/testing/builders.ts';
import { aPlannedSchool, aSlot, standAt, WEDNESDAY, type PlannedSchool } from './testing/school.ts';

// The feed as a calendar program reads it: a parser that is not ours, strict, over the life of a lesson.
const { app, db, clock } = await buildTestApp();
await standAt(db, WEDNESDAY);
await clock.refresh(db);

type Headers = Record<string, string>;
let school: PlannedSchool;
let admin: Headers;
let teacher: Headers;

beforeEach(async () => {
  school = await aPlannedSchool(db);
  await aSlot(db, school, { weekday: 4, weeks: [13, 14] });
  const staff = await aStaff(db, { orgId: school.schoolId, role: 'schoolAdmin' });
  admin = await signedInAs(db, staff.accountId, { appointmentId: staff.appointmentId });
  const { accountId, appointmentId } = school.lin;
  teacher = await signedInAs(db, accountId, { appointmentId });
  for (const weekNo of [13, 14]) await write(`/schools/${school.schoolId}/weeks/${weekNo}/publications`, {});
});

async function write(path: string, payload: object, headers = admin) {
  const answer = await app.inject({
    method: 'POST',
    url: `/api${path}`,
    headers: { ...headers, 'idempotency-key': randomUUID() },
    payload,
  });
  if (answer.statusCode >= 300) throw new Error(`${path}: ${answer.body}`);
  return answer.json();
}

interface Read {
  readonly uid: string;
  readonly sequence: number;
  readonly status: string;
  readonly startsAt: string;
  readonly summary: string;
  readonly id: string;
}

async function readFeed(address: string): Promise<Read[]> {
  const { body } = await app.inject({ url: new URL(address).pathname });
  const calendar = new ICAL.Component(ICAL.parse(body));
  expect(calendar.name).toBe('vcalendar');
  expect(calendar.getFirstPropertyValue('version')).toBe('2.0');
  expect(calendar.getFirstPropertyValue('prodid')).toBeTruthy();
  return calendar.getAllSubcomponents('vevent').map((component) => {
    const event = new ICAL.Event(component, { strictExceptions: true });
    // RFC 5545: one of each that must be there, in UTC, so that no VTIMEZONE is needed.
    for (const name of ['uid', 'dtstamp', 'dtstart', 'dtend', 'sequence', 'status', 'summary']) {
      expect([name, component.getAllProperties(name).length]).toEqual([name, 1]);
    }
    for (const name of ['dtstamp', 'dtstart', 'dtend']) {
      const time = component.getFirstPropertyValue(name);
      expect([name, time instanceof ICAL.Time && time.zone === ICAL.Timezone.utcTimezone]).toEqual([
        name,
        true,
      ]);
    }
    expect(event.endDate.compare(event.startDate)).toBe(1);
    return {
      uid: event.uid,
      sequence: event.sequence,
      status: String(component.getFirstPropertyValue('status')),
      startsAt: event.startDate.toJSDate().toISOString(),
      summary: event.summary,
      id: String(component.getFirstPropertyValue('url')).split('/').at(-1) ?? '',
    };
  });
}

test.each([
  ['a person', () => ({ pupilId: null, classId: null })],
  ['a class', () => ({ pupilId: null, classId: school.first })],
])(
  'the feed of %s: a moved lesson keeps its UID and rises, a cancelled one says so',
  async (_whose, what) => {
    const { address } = await write('/calendar-feeds', what(), teacher);
    const before = await readFeed(address);
    expect(before.map(({ startsAt, status }) => [startsAt, status])).toEqual([
      ['2026-11-26T00:30:00.000Z', 'CONFIRMED'],
      ['2026-12-03T00:30:00.000Z', 'CONFIRMED'],
    ]);
    expect(new Set(before.map(({ uid }) => uid)).size).toBe(2);
    const [moving, ending] = before;
    await write(`/lessons/2026-11-26/${moving?.id}/moves`, { to: { day: '2026-11-27', period: 2 } });
    await write(`/lessons/2026-12-03/${ending?.id}/cancellation`, {});
    const after = await readFeed(address);
    expect(after.map(({ uid, startsAt, status }) => [uid, startsAt, status])).toEqual([
      [moving?.uid, '2026-11-27T01:10:00.000Z', 'CONFIRMED'],
      [ending?.uid, '2026-12-03T00:30:00.000Z', 'CANCELLED'],
    ]);
    const moved = after[0];
    await write(`/lessons/2026-11-27/${moved?.id}/moves`, { to: { day: '2026-11-27', period: 3 } });
    const again = await readFeed(address);
    const rises = [before, after, again].map(
      (events) => events.find(({ uid }) => uid === moving?.uid)?.sequence ?? -1,
    );
    expect(rises).toEqual(rises.toSorted((a, b) => a - b));
    expect(new Set(rises).size).toBe(3);
    expect(after[1]?.sequence).toBeGreaterThan(ending?.sequence ?? Infinity);
  },
);
