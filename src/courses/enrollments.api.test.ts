import { beforeAll, expect, test } from 'vitest';
import { testDatabase } from '../platform/testing/database.ts';
import { aClass, aPupil, aSchool, aStaff, enroll } from '../platform/testing/builders.ts';

// What no import and no slip may break: the database itself refuses it.
const { db } = await testDatabase();
let schoolId: string;
let home: string;
let other: string;
let teacherId: string;

beforeAll(async () => {
  schoolId = (await aSchool(db)).orgId;
  home = (await aClass(db, { schoolId, name: '三（1）班' })).classId;
  other = (await aClass(db, { schoolId, name: '三（2）班' })).classId;
  teacherId = (await aStaff(db, { orgId: schoolId, role: 'teacher' })).personId;
});

const twice = '23P01';

test('a pupil has one home class a day, whichever it is', async () => {
  const { personId } = await aPupil(db, { schoolId, classId: home });
  const again = (classId: string, during: string) => enroll(db, { personId, classId, during });
  await expect(again(other, '[2026-09-01,)')).rejects.toMatchObject({ code: twice });
  await expect(again(home, '[2026-09-01,2026-10-01)')).rejects.toMatchObject({ code: twice });
});

test('a pupil who moved has two homes, one after the other', async () => {
  const { personId } = await aPupil(db, { schoolId, classId: home });
  await db
    .updateTable('enrollments')
    .set({ during: '[2020-09-01,2026-10-01)' })
    .where('person_id', '=', personId)
    .execute();
  await enroll(db, { personId, classId: other, during: '[2026-10-01,)' });
  const overlapping = enroll(db, { personId, classId: home, during: '[2026-09-30,2026-10-01)' });
  await expect(overlapping).rejects.toMatchObject({ code: twice });
});

test('nobody is the same in a class twice at once; again later is another enrollment', async () => {
  const teaches = (during: string) =>
    enroll(db, { personId: teacherId, classId: home, role: 'teacher', during });
  await teaches('[2026-09-01,2026-10-01)');
  await expect(teaches('[2026-09-15,2026-11-01)')).rejects.toMatchObject({ code: twice });
  await teaches('[2026-10-01,2026-11-01)');
  await enroll(db, { personId: teacherId, classId: home, role: 'classTeacher', during: '[2026-09-15,)' });
});
