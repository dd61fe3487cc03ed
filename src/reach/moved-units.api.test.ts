import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openExpectations, recordFacts } from '../facts/service.ts';
import { operatorActor } from '../platform/actor.ts';
import { buildTestApp } from '../platform/testing/app.ts';
import { aClass, aCounty, aPupil, aSchool } from '../platform/testing/builders.ts';
import { moveUnitByCode } from '../orgs/service-moves.ts';
import { recountSoon } from './recount-soon.ts';

const { db, ctx } = await buildTestApp();

async function setDay(day: string) {
  await sql`UPDATE clock SET clock_offset = ${`${day}T17:00:00+08:00`}::timestamptz - clock_timestamp()`.execute(
    db,
  );
}

/** A lesson of the class on a day that two pupils should be at. */
async function lessonOn(day: string, { schoolId, classId }: { schoolId: string; classId: string }) {
  const at = (clock: string) => new Date(`${day}T${clock}:00+08:00`);
  const plannedId = randomUUID();
  await db
    .insertInto('school_days')
    .values({
      org_id: schoolId,
      day,
      kind: 'teaching',
      teaches_weekday: null,
      week_no: 12,
      opens_at: at('07:00'),
      closes_at: at('18:00'),
      opened_at: null,
      closed_at: null,
    })
    .execute();
  await db.transaction().execute((trx) =>
    openExpectations(trx, {
      schoolId,
      day,
      planned: [
        { plannedId, plannedKind: 'lesson', viaClassId: classId, startsAt: at('09:00'), dueAt: at('09:40') },
      ],
      firstTime: true,
    }),
  );
  return plannedId;
}

async function counted(orgId: string, day: string) {
  const rows = await db
    .selectFrom('rollups')
    .select(['measure', 'count'])
    .where('org_id', '=', orgId)
    .where('school_day', '=', day)
    .where('measure', 'in', ['expected', 'reached'])
    .where('count', '>', 0)
    .execute();
  return Object.fromEntries(rows.map(({ measure, count }) => [measure, count]));
}

test('a move counts in the figures of its day at once; a day before keeps its tree, also for what is heard of it later', async () => {
  await setDay('2026-11-17');
  const [east, west] = [await aCounty(db), await aCounty(db)];
  const school = await aSchool(db, { parentId: east.orgId });
  const { classId } = await aClass(db, { schoolId: school.orgId });
  const [pupil] = [
    await aPupil(db, { schoolId: school.orgId, classId }),
    await aPupil(db, { schoolId: school.orgId, classId }),
  ];
  const yesterdays = await lessonOn('2026-11-17', { schoolId: school.orgId, classId });
  await recountSoon(ctx);
  await setDay('2026-11-18');
  await lessonOn('2026-11-18', { schoolId: school.orgId, classId });
  await recountSoon(ctx);
  expect(await counted(east.orgId, '2026-11-18')).toEqual({ expected: 2 });

  const move = {
    code: school.code,
    toCode: west.code,
    fromDay: '2026-11-18',
    isMerge: false,
    reason: '区划调整',
    document: '',
  };
  await moveUnitByCode(ctx, operatorActor(), move);
  await recountSoon(ctx);
  expect(await counted(east.orgId, '2026-11-18')).toEqual({});
  expect(await counted(west.orgId, '2026-11-18')).toEqual({ expected: 2 });
  expect(await counted(east.orgId, '2026-11-17')).toEqual({ expected: 2 });

  await db.transaction().execute((trx) =>
    recordFacts(trx, [
      {
        schoolDay: '2026-11-17',
        personId: pupil!.personId,
        plannedId: yesterdays,
        way: 'live',
        fromAt: new Date('2026-11-17T09:00:00+08:00'),
        toAt: new Date('2026-11-17T09:40:00+08:00'),
        source: 'room',
        sourceKey: 'late',
      },
    ]),
  );
  await recountSoon(ctx);
  expect(await counted(east.orgId, '2026-11-17')).toEqual({ expected: 2, reached: 1 });
  expect(await counted(west.orgId, '2026-11-17')).toEqual({});
});
