import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sharedFile } from '../rosters/testing/shared-data.ts';
import { divisionChain, divisions, findDivisions, sixDigits, withAllBelow } from './divisions.ts';

const register = await divisions();
const namesAbove = (code: string) => divisionChain(register, code).map(({ name }) => name);

describe('the register of divisions', () => {
  test('has 31 provinces and three apart, each code once, each below what it names', () => {
    expect(register.below.get(null)).toHaveLength(34);
    expect(register.byCode.size).toBe(register.all.length);
    expect(register.all.filter(({ code }) => !/^\d{6}$/.test(code))).toEqual([]);
    const lost = register.all.filter(
      ({ parentCode }) => parentCode !== null && !register.byCode.has(parentCode),
    );
    expect(lost).toEqual([]);
  });

  test.each([
    ['371071', ['山东省', '威海市', '威海火炬高技术产业开发区']],
    ['110108', ['北京市', '海淀区']],
    ['500230', ['重庆市', '丰都县']],
    ['429004', ['湖北省', '仙桃市']],
    ['441900', ['广东省', '东莞市']],
    ['810101', ['香港特别行政区', '香港岛', '中西区']],
    ['820000', ['澳门特别行政区']],
    ['710101', ['台湾省', '台北市', '大安区']],
  ])('%s is %j', (code, names) => {
    expect(namesAbove(code)).toEqual(names);
  });

  test('a code is written in many lengths', () => {
    expect(['37', '3710', '371000', '371000000000', ' 371071 ', 'x'].map(sixDigits)).toEqual([
      '370000',
      '371000',
      '371000',
      '371000',
      '371071',
      'x',
    ]);
  });

  test('is searched by name and code, within a province', () => {
    expect(findDivisions(register, '朝阳', null).map(({ code }) => code)).toEqual(
      expect.arrayContaining(['110105', '220104', '211300']),
    );
    expect(findDivisions(register, '朝阳', '220000').map(({ name }) => name)).toEqual(['朝阳区']);
    expect(findDivisions(register, '3710', null)[0]?.name).toBe('威海市');
    expect(findDivisions(register, '', null)).toEqual([]);
  });

  test('gives a city with its counties', () => {
    expect(withAllBelow(register, '371000').map(({ kind }) => kind)).toEqual([
      'city',
      ...Array(7).fill('county'),
    ]);
  });
});

const file = sharedFile('divisions-cn/areas.csv');
test.skipIf(file === null)('knows every county of the list of counties', () => {
  const lines = readFileSync(file ?? '', 'utf8')
    .trim()
    .split('\n')
    .slice(1);
  const missing = lines.filter((line) => {
    const [code = '', name = ''] = line.split(',');
    return register.byCode.get(code)?.name !== name.replaceAll('"', '');
  });
  expect([lines.length, missing]).toEqual([2978, []]);
});
