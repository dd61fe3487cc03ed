import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { operatorActor } from '../platform/actor.ts';
import { buildTestApp } from '../platform/testing/app.ts';
import { makeSupportToken } from '../people/support.ts';
import { standAt, WEDNESDAY } from '../timetable/testing/school.ts';
import { ask, askingFor, operationsOf } from './operations.ts';
import { namesOf, questions } from './questions.ts';
import { aTenant, CANARY } from './tenants.ts';

/** no ambient operator. Every question of the matrix, asked by the operator with the leave of one school. */
const { app, db, ctx, clock } = await buildTestApp();
await standAt(db, WEDNESDAY);
await clock.refresh(db);
const lender = await aTenant(ctx, '');
const other = await aTenant(ctx, CANARY);
const operations = new Map(operationsOf(app).map((operation) => [operation.id, operation]));

async function leaveOf(orgId: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    INSERT INTO support_grants (org_id, reason, minutes, decided_by, decided_at, ends_at)
    SELECT ${orgId}, '查看', 60, (SELECT id FROM persons WHERE home_org_id = ${orgId} LIMIT 1), clock_timestamp(),
      clock_timestamp() + interval '1 hour'
    RETURNING id`.execute(db);
  return (await makeSupportToken(ctx, operatorActor(), { grantId: rows[0]!.id })).token;
}

test('with the leave of one school nothing of another is told, nothing is written, and the own school can be read', async () => {
  const headers = { 'nol-support': await leaveOf(lender.school.schoolId) };
  const wrong: string[] = [];
  const counts = { own: 0, foreign: 0, writes: 0 };
  for (const question of questions) {
    const operation = operations.get(question.operation);
    if (!operation) throw new Error(`${question.operation} is not there`);
    for (const tenant of [lender, other]) {
      const answer = await ask(
        app,
        askingFor(operation, namesOf(question, tenant.ids), headers, question.body),
      );
      const said = `${operation.id} of ${tenant === lender ? 'the own' : 'another'} school: ${answer.statusCode}`;
      if (operation.method !== 'GET') {
        counts.writes += 1;
        if (answer.statusCode !== 403 || answer.json().code !== 'support_reads_only') wrong.push(said);
      } else if (tenant === other) {
        counts.foreign += 1;
        if (![403, 404, 401].includes(answer.statusCode) || answer.body.includes(CANARY)) wrong.push(said);
      } else {
        if (answer.statusCode >= 500) wrong.push(said);
        if (answer.statusCode === 200) counts.own += 1;
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(counts.own).toBeGreaterThan(15);
  expect(counts.foreign).toBeGreaterThan(30);
  expect(counts.writes).toBeGreaterThan(60);
}, 300_000);
