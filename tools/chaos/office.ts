import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { sql } from 'kysely';

import type { Database, Db } from '../../src/platform/database.ts';
import { aClass, aPupil, aStaff, signedInAs } from '../../src/platform/testing/builders.ts';
import type { BuiltLesson, Headers } from '../../src/rooms/testing/a-lesson.ts';
import { untilAnswered, type Drive } from './drivers.ts';
import type { Finding } from './findings.ts';

/** A school's office: who keeps its roster, and the teaching class that pupils are let into one by one. */
export interface Office {
  readonly schoolId: string;
  readonly headers: Headers;
  readonly classId: string;
  readonly pupils: readonly { readonly number: string; readonly name: string }[];
}

/** Makes the office of the lesson's school with `pupils` who are in no lesson. */
export async function anOffice(db: Db, { schoolId }: BuiltLesson, pupils: number): Promise<Office> {
  const admin = await aStaff(db, { orgId: schoolId, role: 'schoolAdmin' });
  const { classId } = await aClass(db, { schoolId, courseTitle: '选修' });
  const home = await aClass(db, { schoolId });
  const waiting = Array.from({ length: pupils }, (_, n) => ({ number: `spare${n}`, name: `选修生${n}` }));
  for (const one of waiting) await aPupil(db, { schoolId, classId: home.classId, ...one });
  const headers = await signedInAs(db, admin.accountId, { appointmentId: admin.appointmentId });
  return { schoolId, headers, classId, pupils: waiting };
}

/**
 * Lets pupils into a class one by one until there are none left or the lesson is over. Each is one enrollment and one
 * line of audit, written together.
 */
export async function letIn(drive: Drive, office: Office, over: AbortSignal): Promise<void> {
  for (const { number, name } of office.pupils) {
    if (over.aborted) return;
    const key = `${office.classId} ${number}`;
    drive.sent.set(`enrolled ${key}`, 'once').set(`audit courses.joinClass ${key}`, 'once');
    await untilAnswered(drive, {
      method: 'POST',
      path: `/api/classes/${office.classId}/pupils`,
      headers: office.headers,
      body: { schoolCode: null, number, name },
    });
    await drive.ledger.acknowledge('enrolled', key, 'once');
    await drive.ledger.acknowledge('audit courses.joinClass', key, 'once');
    await sleep(150);
  }
}

/** Brings in one list of two new pupils as the roster page does: check, confirm, wait until it is applied. */
export async function importList(drive: Drive, office: Office): Promise<void> {
  const [one, two] = [randomUUID(), randomUUID()].map((id) => `new${id.slice(0, 8)}`) as [string, string];
  const file = `学号,姓名,班级\n${one},新生${one},九（1）班\n${two},新生${two},九（1）班\n`;
  for (const number of [one, two]) drive.sent.set(`person ${office.schoolId} ${number}`, `新生${number}`);
  // A list that was checked before another pupil came in is refused; it is then checked again.
  for (let tries = 0; tries < 20; tries++) {
    const draftId = await checkList(drive, office, file);
    if ((await stateAfter(drive, office, draftId, 'checking')) !== 'checked') continue;
    if (!(await applyList(drive, office, draftId))) continue;
    for (const number of [one, two]) {
      await drive.ledger.acknowledge('person', `${office.schoolId} ${number}`, `新生${number}`);
    }
    drive.sent.set(`audit rosters.confirm ${draftId}`, 'once');
    await drive.ledger.acknowledge('audit rosters.confirm', draftId, 'once');
    return;
  }
  throw new Error('a list was refused twenty times over');
}

async function checkList(drive: Drive, office: Office, file: string): Promise<string> {
  const form = new FormData();
  form.set('options', JSON.stringify({ choices: [], createClasses: true }));
  form.set('file', new Blob([file]), '花名册.csv');
  const packed = new Response(form);
  const draft = await untilAnswered(drive, {
    method: 'POST',
    path: `/api/orgs/${office.schoolId}/roster-drafts`,
    headers: { ...office.headers, 'idempotency-key': randomUUID() },
    body: Buffer.from(await packed.arrayBuffer()),
    contentType: packed.headers.get('content-type')!,
  });
  return String(draft!['id']);
}

/** @returns false when it has to be checked again. */
async function applyList(drive: Drive, office: Office, draftId: string): Promise<boolean> {
  const { headers } = office;
  const path = `/api/roster-drafts/${draftId}`;
  const body = { leaving: 'keep' };
  const refusals = ['roster_draft_stale', 'roster_draft_gone'];
  drive.sent.set(`audit rosters.confirm ${draftId}`, 'once');
  if (
    (await untilAnswered(
      drive,
      { method: 'POST', path: `${path}/confirmation`, headers, body },
      refusals,
    )) === null
  )
    return false;
  return (await stateAfter(drive, office, draftId, 'applying')) === 'applied';
}

/** Waits as the page does while a job works on the draft. */
async function stateAfter(drive: Drive, office: Office, draftId: string, state: string): Promise<string> {
  for (;;) {
    const path = `/api/roster-drafts/${draftId}`;
    const draft = await untilAnswered(drive, { method: 'GET', path, headers: office.headers });
    if (draft!['state'] !== state) return String(draft!['state']);
    await sleep(100);
  }
}

/** What the offices' schools hold: enrollments in the teaching class, persons who came by a list, lines of audit. */
export async function readOffices({ db }: Database, offices: readonly Office[]): Promise<Finding[]> {
  const classes = offices.map(({ classId }) => classId);
  const schools = offices.map(({ schoolId }) => schoolId);
  const { rows } = await sql<Finding>`
    SELECT 'enrolled' AS kind, e.class_id || ' ' || p.number AS key, 'once' AS value
      FROM enrollments e JOIN persons p ON p.id = e.person_id WHERE e.class_id = ANY(${classes}::uuid[]) AND e.role = 'pupil'
    UNION ALL SELECT 'person', p.home_org_id || ' ' || p.number, p.name
      FROM persons p JOIN accounts a ON a.person_id = p.id
      WHERE p.home_org_id = ANY(${schools}::uuid[]) AND p.number LIKE 'new%'
    UNION ALL SELECT 'audit courses.joinClass', (l.detail->>'classId') || ' ' || p.number, 'once'
      FROM audit_lines l JOIN persons p ON p.id::text = l.subject_id
      WHERE l.action = 'courses.joinClass' AND l.org_id = ANY(${schools}::uuid[])
    UNION ALL SELECT 'audit rosters.confirm', l.subject_id, 'once'
      FROM audit_lines l WHERE l.action = 'rosters.confirm' AND l.org_id = ANY(${schools}::uuid[])`.execute(
    db,
  );
  return rows;
}
