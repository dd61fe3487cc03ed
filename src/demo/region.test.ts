import { expect, test } from 'vitest';
import { demoRegion } from './region.ts';

const region = demoRegion();

test('the demo county has six schools and about three thousand pupils', () => {
  expect(region.orgs.filter(({ kind }) => kind === 'school')).toHaveLength(6);
  const pupils = region.people.filter(({ kind }) => kind === 'pupil').length;
  expect(pupils).toBeGreaterThan(2_800);
  expect(pupils).toBeLessThan(3_200);
});

test('it is the same county at every start', () => {
  expect(demoRegion()).toEqual(region);
});

test('nobody teaches two classes at once, no class has two lessons at once', () => {
  const teachers = region.planItems.map(
    ({ teacherKey, weekday, period }) => `${teacherKey} ${weekday} ${period}`,
  );
  const classes = region.planItems.map(({ classKey, weekday, period }) => `${classKey} ${weekday} ${period}`);
  expect(new Set(teachers).size).toBe(teachers.length);
  expect(new Set(classes).size).toBe(classes.length);
});

test('every class has a full week, but for a slot or two', () => {
  const perClass = Map.groupBy(region.planItems, ({ classKey }) => classKey);
  expect(perClass.size).toBe(region.classes.length);
  for (const items of perClass.values()) expect(items.length).toBeGreaterThanOrEqual(11);
});

test('numbers are unique in a school, every reference exists', () => {
  const numbers = region.people.map(({ orgKey, number }) => `${orgKey} ${number}`);
  expect(new Set(numbers).size).toBe(numbers.length);
  const people = new Set(region.people.map(({ key }) => key));
  expect(people.size).toBe(region.people.length);
  for (const { personKey } of [...region.enrollments, ...region.appointments])
    expect(people.has(personKey)).toBe(true);
  for (const { guardianKey, pupilKey } of region.guardianships) {
    expect([people.has(guardianKey), people.has(pupilKey)]).toEqual([true, true]);
  }
});
