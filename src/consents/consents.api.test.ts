import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import {
  aClass,
  aGuardian,
  aPupil,
  aSchool,
  aStaff,
  enroll,
  signedInAs,
} from '../platform/testing/builders.ts';
import { noticeItems, noticeVersion } from './rules/notice.ts';

const { app, db } = await buildTestApp();
let classId: string;
let child: { personId: string; accountId: string };
let guardian: Record<string, string>;
let teacher: Record<string, string>;

beforeAll(async () => {
  const { orgId } = await aSchool(db);
  ({ classId } = await aClass(db, { schoolId: orgId }));
  child = await aPupil(db, { schoolId: orgId, classId });
  await young(child.personId);
  // Somebody of whom no age is known is asked nothing.
  await aPupil(db, { schoolId: orgId, classId });
  const parent = await aGuardian(db, { schoolId: orgId, pupilIds: [child.personId] });
  guardian = await signedInAs(db, parent.accountId);
  const staff = await aStaff(db, { orgId, role: 'classTeacher' });
  await enroll(db, { personId: staff.personId, classId, role: 'classTeacher' });
  teacher = await signedInAs(db, staff.accountId, { appointmentId: staff.appointmentId });
});

const young = (personId: string) =>
  db.updateTable('persons').set({ under14_until: '2099-01-01' }).where('id', '=', personId).execute();

const read = (headers: Record<string, string>, personId = child.personId) =>
  app.inject({ url: `/api/people/${personId}/consents`, headers });
const answer = (headers: Record<string, string>, said: string, version = noticeVersion) =>
  app.inject({
    method: 'PUT',
    url: `/api/people/${child.personId}/consents/chat`,
    headers,
    payload: { answer: said, noticeVersion: version },
  });
const record = (headers: Record<string, string>, said: string, channel = 'paper') =>
  app.inject({
    method: 'PUT',
    url: `/api/people/${child.personId}/consents/chat/record`,
    headers,
    payload: { answer: said, channel },
  });
const stands = async (personId = child.personId, day = '2026-11-25') => {
  const { rows } = await sql<{ may: boolean }>`
    SELECT consent_stands(${personId}::uuid, 'chat', ${day}::date) AS may`.execute(db);
  return rows[0]?.may;
};
const rowCount = async () =>
  Number((await sql<{ n: number }>`SELECT count(*)::int AS n FROM consents`.execute(db)).rows[0]?.n);

describe('a guardian’s word', () => {
  test('nothing is open before it was given, and everybody else is asked nothing', async () => {
    expect((await read(guardian)).json()).toMatchObject({
      isAsked: true,
      purposes: [{ purpose: 'chat', state: 'none', at: null }],
    });
    expect(await stands()).toBe(false);
    expect(await stands(child.personId, '2099-01-01'), 'from the fourteenth birthday on').toBe(true);
  });

  test('yes opens, the same yes twice is one, taking it back closes at once', async () => {
    expect((await answer(guardian, 'given')).json()).toMatchObject({
      purposes: [{ state: 'given', channel: 'online' }],
    });
    const rows = await rowCount();
    const [again, twice] = await Promise.all([answer(guardian, 'given'), answer(guardian, 'given')]);
    expect([again.statusCode, twice.statusCode, await rowCount()]).toEqual([200, 200, rows]);
    expect(await stands()).toBe(true);
    expect((await answer(guardian, 'withdrawn')).json()).toMatchObject({
      purposes: [{ state: 'withdrawn' }],
    });
    expect(await stands()).toBe(false);
    const nothingLeft = await answer(guardian, 'refused');
    expect(nothingLeft.json()).toMatchObject({ purposes: [{ state: 'refused' }] });
    const back = await answer(guardian, 'withdrawn');
    expect([back.statusCode, back.json().code]).toEqual([409, 'consent_not_given']);
  });

  test('an answer to another notice than the present one is not taken', async () => {
    const old = await answer(guardian, 'given', noticeVersion + 1);
    expect([old.statusCode, old.json().code]).toEqual([409, 'consent_notice_changed']);
    expect(await stands()).toBe(false);
  });

  test('a new notice makes older answers void', async () => {
    await answer(guardian, 'given');
    await db
      .transaction()
      .execute(async (trx) => {
        await trx
          .insertInto('consent_notices')
          .values({ version: noticeVersion + 1 })
          .execute();
        const { rows } = await sql<{ may: boolean }>`
        SELECT consent_stands(${child.personId}::uuid, 'chat', '2026-11-25') AS may`.execute(trx);
        expect(rows[0]?.may).toBe(false);
        throw new Error('as it was');
      })
      .catch((error: Error) => expect(error.message).toBe('as it was'));
    expect(await stands()).toBe(true);
  });

  test('answers are never changed, and each change leaves a line in the audit', async () => {
    await expect(db.updateTable('consents').set({ answer: 'refused' }).execute()).rejects.toThrow(
      'never changed',
    );
    const lines = await db
      .selectFrom('audit_lines')
      .select('action')
      .where('subject_id', '=', child.personId)
      .execute();
    expect(lines.length).toBe(await rowCount());
  });
});

describe('who may', () => {
  test('the class teacher notes what was said on paper; a child and another guardian cannot speak for the guardian', async () => {
    expect((await record(teacher, 'refused', 'phone')).json()).toMatchObject({
      purposes: [{ state: 'refused', channel: 'phone' }],
    });
    const own = await signedInAs(db, child.accountId);
    expect((await read(own)).statusCode).toBe(200);
    expect((await answer(own, 'given')).statusCode).toBe(403);
    const elsewhere = await aSchool(db);
    const stranger = await aGuardian(db, { schoolId: elsewhere.orgId, pupilIds: [] });
    const foreign = await signedInAs(db, stranger.accountId);
    expect([(await read(foreign)).statusCode, (await answer(foreign, 'given')).statusCode]).toEqual([
      404, 404,
    ]);
    expect((await answer(teacher, 'given')).statusCode).toBe(403);
    expect(await stands()).toBe(false);
  });

  test('the class list names those under 14, without an answer first', async () => {
    const list = await app.inject({ url: `/api/classes/${classId}/consents`, headers: teacher });
    expect(list.json()).toMatchObject({ notAsked: 1, pupils: [{ personId: child.personId }] });
  });
});

/** SHA-256 of the notice in both languages, by version. Other words in substance need another version. */
const noticeHashes: Readonly<Record<number, string>> = {
  1: 'dccb348d54e756004fbb1a251c222358cd556d1cc986e1152d43d31ad894a0b6',
};

test('the words of the notice are those of its version, and the newest version is the one that is asked for', async () => {
  const hash = createHash('sha256');
  for (const language of ['zh-CN', 'en']) {
    const words = JSON.parse(
      await readFile(join(import.meta.dirname, `words/${language}.json`), 'utf8'),
    ) as Record<string, string>;
    for (const item of noticeItems) hash.update(words[`consents.notice.${item}.text`] ?? '');
  }
  expect(hash.digest('hex')).toBe(noticeHashes[noticeVersion]);
  const newest = await sql<{ version: number }>`SELECT max(version) AS version FROM consent_notices`.execute(
    db,
  );
  expect(newest.rows[0]?.version).toBe(noticeVersion);
});
