import { describe, expect, test } from 'vitest';
import { divisions } from '../../orgs/divisions.ts';
import { schoolTables } from './headers.ts';
import { planSchools, type KnownUnit, type Tree } from './plan-schools.ts';
import { readSchools, stagesOf } from './read-schools.ts';

const register = await divisions();
const city: KnownUnit = {
  id: 'city',
  parentId: null,
  kind: 'city',
  code: '371000',
  name: '威海市',
  stages: [],
};
const county: KnownUnit = {
  id: 'county',
  parentId: 'city',
  kind: 'county',
  code: '371002',
  name: '环翠区',
  stages: [],
};
const known: KnownUnit = {
  id: 'known',
  parentId: 'county',
  kind: 'school',
  code: 's1',
  name: '一小',
  stages: ['lowerPrimary', 'upperPrimary'],
};

const HEADINGS = ['学校代码*', '学校名称', '学校类别', '区县代码', '所属区县', '上级学校'];
const read = (rows: readonly (readonly string[])[]) =>
  readSchools(
    schoolTables([
      {
        name: '学校',
        hidden: false,
        merges: [],
        rows: [['威海市学校一览'], HEADINGS, ...rows].map((texts, index) => ({
          row: index + 1,
          texts,
          marks: [],
          width: texts.length,
        })),
      },
    ]),
  );
const plan = (rows: readonly (readonly string[])[], change: Partial<Tree> = {}) => {
  const { rows: schools, problems } = read(rows);
  const tree = {
    top: city,
    units: [city, county, known],
    takenElsewhere: new Set<string>(),
    register,
    within: '371000',
  };
  const planned = planSchools(schools, { ...tree, ...change });
  return { ...planned, problems: [...problems, ...planned.problems] };
};
const found = ({
  problems,
}: {
  problems: readonly { code: string; row: number | null; column: number | null }[];
}) => problems.map(({ code, row, column }) => [code, row, column]);

describe('a list of schools', () => {
  test('counties are found by code, by name, with bureau and city in it; new ones come from the register', () => {
    const { schools, newDivisions, problems } = plan([
      ['s2', '二小', '小学', '371002', '', ''],
      ['s3', '三中', '初级中学', '', '环翠区教育局', ''],
      ['s4', '四中', '完全中学', '', '威海市环翠区', ''],
      ['s5', '五小', '小学', '371071', '威海火炬高技术产业开发区', ''],
      ['s6', '六小', '', '', '荣成', ''],
      ['s7', '市直高中', '高中', '', '', ''],
    ]);
    expect(problems).toEqual([]);
    expect(schools.map(({ parent }) => parent)).toEqual([
      { by: 'unit', id: 'county' },
      { by: 'unit', id: 'county' },
      { by: 'unit', id: 'county' },
      { by: 'division', code: '371071' },
      { by: 'division', code: '371082' },
      { by: 'unit', id: 'city' },
    ]);
    expect(newDivisions).toEqual(['371071', '371082']);
  });

  test('a campus stands below its school, also one further down in the list', () => {
    const { schools } = plan([
      ['c1', '二小东校区', '校区', '', '', '二小'],
      ['s2', '二小', '小学', '371002', '', ''],
      ['c2', '西山教学点', '教学点', '', '', 's1'],
    ]);
    expect(schools.map(({ row, parent }) => [row.code, row.kind, parent])).toEqual([
      ['s2', 'school', { by: 'unit', id: 'county' }],
      ['c1', 'campus', { by: 'row', code: 's2' }],
      ['c2', 'campus', { by: 'unit', id: 'known' }],
    ]);
  });

  test('what is known is unchanged, renamed or moved', () => {
    const outcome = (row: string[]) => plan([row]).schools[0]?.outcome;
    expect(outcome(['S1', '一小', '小学', '371002', '', ''])).toBe('unchanged');
    expect(outcome(['s1', '第一小学', '小学', '371002', '', ''])).toBe('changed');
    expect(found(plan([['s1', '一小', '小学', '', '', '']]))).toEqual([['school_moves', 3, 5]]);
  });

  test('every fault names its row and column', () => {
    const bad = plan(
      [
        ['', '无码小学', '小学', '371002', '', ''],
        ['坏码', '坏码小学', '小学', '371002', '', ''],
        ['s8', '', '小学', '371002', '', ''],
        ['s9', '九小', '小学', '110108', '', ''],
        ['s10', '十小', '小学', '371002', '荣成市', ''],
        ['s11', '十一小', '小学', '', '没有区', ''],
        ['s12', '十二小', '神秘', '371002', '', ''],
        ['s12', '又十二小', '小学', '371002', '', ''],
        ['c3', '孤校区', '校区', '', '', ''],
        ['c4', '孤校区二', '校区', '', '', '没有学校'],
        ['far', '远小', '小学', '371002', '', ''],
        ['371002', '区码小学', '小学', '371002', '', ''],
        ['s13', '同名', '小学', '371002', '', ''],
        ['s14', '同名', '小学', '371002', '', ''],
        ['合计', '', '', '', '', ''],
      ],
      { takenElsewhere: new Set(['far']) },
    );
    expect(found(bad)).toEqual(
      expect.arrayContaining([
        ['school_code_missing', 3, 1],
        ['school_code_odd', 4, 1],
        ['school_name_missing', 5, 2],
        ['school_county_unknown', 6, 4],
        ['school_county_differs', 7, 5],
        ['school_county_unknown', 8, 5],
        ['school_kind_unknown', 9, 3],
        ['school_code_twice', 10, 1],
        ['school_parent_missing', 11, 6],
        ['school_parent_unknown', 12, 6],
        ['school_code_elsewhere', 13, 1],
        ['school_code_other_kind', 14, 1],
        ['school_same_name', 16, 2],
      ]),
    );
  });

  test('a province takes no school without a county', () => {
    const province: KnownUnit = { ...city, id: 'province', kind: 'province', code: '370000' };
    const rows = [['s2', '二小', '小学', '', '', '']];
    expect(found(plan(rows, { top: province, units: [province] }))).toEqual([
      ['school_county_missing', 3, 4],
    ]);
    const unclear = [['s2', '二小', '小学', '', '市中区', '']];
    expect(found(plan(unclear, { top: province, units: [province], within: '370000' }))).toEqual([
      ['school_county_unclear', 3, 5],
    ]);
  });
});

test.each([
  ['九年一贯制学校', ['lowerPrimary', 'upperPrimary', 'juniorSecondary']],
  ['完全中学', ['juniorSecondary', 'seniorSecondary']],
  ['职业高中', ['vocational']],
  ['高等学校', ['higher']],
  ['特殊教育学校', []],
  ['别的', null],
])('%s teaches %j', (kind, stages) => {
  expect(stagesOf(kind)).toEqual(stages);
});
