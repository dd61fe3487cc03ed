import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { aClass, aGuardian, aPupil, aStaff, signedInAs } from '../platform/testing/builders.ts';
import { aPlannedSchool, aSlot, standAt, WEDNESDAY, type PlannedSchool } from './testing/school.ts';

const { app, db, clock } = await buildTestApp();
await standAt(db, WEDNESDAY);
await clock.refresh(db);

type Headers = Record<string, string>;
interface Made {
  readonly id: string;
  readonly address: string;
}

let school: PlannedSchool;
let admin: Headers;
let guardian: { accountId: string; personId: string };
let parent: Headers;

beforeEach(async () => {
  school = await aPlannedSchool(db);
  await aSlot(db, school, { weekday: 4, weeks: [13, 14] });
  const staff = await aStaff(db, { orgId: school.schoolId, role: 'schoolAdmin' });
  admin = await signedInAs(db, staff.accountId, { appointmentId: staff.appointmentId });
  guardian = await aGuardian(db, { schoolId: school.schoolId, pupilIds: [school.pupil.personId] });
  parent = await signedInAs(db, guardian.accountId);
  for (const weekNo of [13, 14]) {
    const published = await write('POST', `/schools/${school.schoolId}/weeks/${weekNo}/publications`, {});
    if (published.statusCode !== 201) throw new Error(`week ${weekNo} was not published: ${published.body}`);
  }
});

function write(method: 'POST' | 'DELETE', path: string, payload: object | null, headers = admin) {
  return app.inject({
    method,
    url: `/api${path}`,
    headers: { ...headers, 'idempotency-key': randomUUID(), 'content-type': 'application/json' },
    payload: JSON.stringify(payload),
  });
}
const subscribe = (body: object, headers = parent) => write('POST', '/calendar-feeds', body, headers);
const ofChild = () => ({ pupilId: school.pupil.personId, classId: null });
const pathOf = ({ address }: Made) => new URL(address).pathname;
const read = (feed: Made, headers: Headers = {}) => app.inject({ method: 'GET', url: pathOf(feed), headers });
/** Properties of each event, folds undone. */
const eventsOf = (text: string) =>
  text
    .replace(/\r\n /g, '')
    .split('BEGIN:VEVENT')
    .slice(1)
    .map((event) =>
      Object.fromEntries(
        event.split('\r\n').map((line) => line.split(/:(.*)/s).slice(0, 2) as [string, string]),
      ),
    );

test('a guardian subscribes to the child’s lessons; asked twice it is one address, which needs no sign-in', async () => {
  const made = (await subscribe(ofChild())).json<Made>();
  expect((await subscribe(ofChild())).json<Made>()).toEqual(made);
  const answer = await read(made);
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/calendar; charset=utf-8']);
  const events = eventsOf(answer.body);
  expect(events.map(({ DTSTART, SUMMARY, STATUS }) => [DTSTART, SUMMARY, STATUS])).toEqual([
    ['20261126T003000Z', '数学 · 林佳禾', 'CONFIRMED'],
    ['20261203T003000Z', '数学 · 林佳禾', 'CONFIRMED'],
  ]);
  expect(answer.body).not.toContain('林晓禾的家长');
});

test('a moved lesson keeps its UID with a higher SEQUENCE, a cancelled one stays as cancelled', async () => {
  const made = (await subscribe(ofChild())).json<Made>();
  const before = eventsOf((await read(made)).body);
  const idOf = (event: Record<string, string>) => event['URL']!.split('/').at(-1);
  await write('POST', `/lessons/2026-11-26/${idOf(before[0]!)}/moves`, {
    to: { day: '2026-11-27', period: 2 },
  });
  await write('POST', `/lessons/2026-12-03/${idOf(before[1]!)}/cancellation`, {});
  const after = eventsOf((await read(made)).body);
  expect(after.map(({ UID }) => UID)).toEqual(before.map(({ UID }) => UID));
  expect(after.map(({ DTSTART, STATUS }) => [DTSTART, STATUS])).toEqual([
    ['20261127T011000Z', 'CONFIRMED'],
    ['20261203T003000Z', 'CANCELLED'],
  ]);
  for (const [index, event] of after.entries())
    expect(Number(event['SEQUENCE'])).toBeGreaterThan(Number(before[index]!['SEQUENCE']));
});

test('what did not change is not sent again', async () => {
  const made = (await subscribe(ofChild())).json<Made>();
  const etag = String((await read(made)).headers['etag']);
  const again = await read(made, { 'if-none-match': etag });
  expect([again.statusCode, again.body]).toEqual([304, '']);
});

test('an address that was taken back is unknown, and another one is made', async () => {
  const made = (await subscribe(ofChild())).json<Made>();
  expect((await write('DELETE', `/calendar-feeds/${made.id}`, null, parent)).statusCode).toBe(204);
  expect((await write('DELETE', `/calendar-feeds/${made.id}`, null, parent)).statusCode).toBe(204);
  const gone = await read(made);
  expect([gone.statusCode, gone.json().code]).toEqual([404, 'feed_gone']);
  const fresh = (await subscribe(ofChild())).json<Made>();
  expect(fresh.address).not.toBe(made.address);
  expect((await read(fresh)).statusCode).toBe(200);
  const listed = await app.inject({ method: 'GET', url: '/api/calendar-feeds', headers: parent });
  expect(listed.json().feeds.map(({ id }: Made) => id)).toEqual([fresh.id]);
});

test.each([
  [
    'the guardianship ends',
    () => db.deleteFrom('guardianships').where('guardian_id', '=', guardian.personId),
  ],
  [
    'the account is disabled',
    () => db.updateTable('accounts').set({ status: 'disabled' }).where('id', '=', guardian.accountId),
  ],
])('the address is unknown when %s', async (_why, act) => {
  const made = (await subscribe(ofChild())).json<Made>();
  await act().execute();
  expect((await read(made)).statusCode).toBe(404);
});

test('a teacher’s own lessons and a class’s week have addresses, too', async () => {
  const { accountId, appointmentId } = school.lin;
  const teacher = await signedInAs(db, accountId, { appointmentId });
  const own = (await subscribe({ pupilId: null, classId: null }, teacher)).json<Made>();
  const ofClass = (await subscribe({ pupilId: null, classId: school.first }, teacher)).json<Made>();
  expect(eventsOf((await read(own)).body)).toHaveLength(2);
  expect(eventsOf((await read(ofClass)).body)).toHaveLength(2);
  await db.deleteFrom('appointments').where('id', '=', appointmentId).execute();
  expect((await read(own)).statusCode).toBe(404);
});

test('another family’s child, a class next door and somebody else’s address are refused', async () => {
  const { classId } = await aClass(db, { schoolId: school.schoolId });
  const other = await aPupil(db, { schoolId: school.schoolId, classId });
  expect((await subscribe({ pupilId: other.personId, classId: null })).statusCode).toBeGreaterThanOrEqual(
    403,
  );
  expect((await subscribe({ pupilId: null, classId })).statusCode).toBeGreaterThanOrEqual(403);
  expect((await subscribe({ pupilId: null, classId: null })).statusCode).toBe(404);
  const made = (await subscribe(ofChild())).json<Made>();
  const stranger = await signedInAs(db, other.accountId);
  expect((await write('DELETE', `/calendar-feeds/${made.id}`, null, stranger)).statusCode).toBe(404);
  expect((await read(made)).statusCode).toBe(200);
  expect(
    (await read({ ...made, address: made.address.replace(/[0-9a-f]{32}/, 'f'.repeat(32)) })).statusCode,
  ).toBe(404);
});
