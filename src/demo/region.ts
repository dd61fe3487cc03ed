import type { OrgKind, Stage } from '../orgs/tables.ts';
import type { AppointmentRole } from '../people/roles.ts';
import { nameGiver, seededRandom } from './names.ts';

/** The demo county as plain data; `seed.ts` writes it. Keys are local to this file. */
export interface DemoRegion {
  readonly orgs: DemoOrg[];
  readonly people: DemoPerson[];
  readonly appointments: { personKey: string; orgKey: string; role: AppointmentRole }[];
  readonly guardianships: { pupilKey: string; guardianKey: string }[];
  readonly classes: DemoClass[];
  readonly enrollments: {
    personKey: string;
    classKey: string;
    role: 'pupil' | 'classTeacher' | 'counsellor' | 'teacher';
  }[];
  readonly courses: { key: string; orgKey: string; title: string; subject: string }[];
  readonly bellPlans: {
    orgKey: string;
    title: string;
    periods: { period: number | null; label: string | null; from: string; to: string }[];
  }[];
  readonly planItems: DemoPlanItem[];
}
export interface DemoOrg {
  readonly key: string;
  readonly parentKey: string | null;
  readonly kind: OrgKind;
  readonly code: string;
  readonly name: string;
  readonly stages: Stage[];
}
export interface DemoPerson {
  readonly key: string;
  readonly orgKey: string;
  readonly number: string;
  readonly name: string;
  readonly kind: 'pupil' | 'guardian' | 'staff';
  /** Year in which the pupil turns 14; null for others. */
  readonly under14Year: number | null;
}
export interface DemoClass {
  readonly key: string;
  readonly orgKey: string;
  readonly schoolKey: string;
  readonly name: string;
  readonly yearGroup: string;
  readonly classNo: number;
}
export interface DemoPlanItem {
  readonly schoolKey: string;
  readonly courseKey: string;
  readonly classKey: string;
  readonly teacherKey: string;
  readonly weekday: number;
  readonly period: number;
}

interface SchoolShape {
  key: string;
  code: string;
  name: string;
  stages: Stage[];
  years: { yearGroup: string; word: string; classes: number; size: number; age: number }[];
  subjects: readonly string[];
  periods: readonly (readonly [string, string])[];
  /** Hours a week of each subject in `subjects`, same order; sums to 5 × periods. */
  hours: readonly number[];
}

const years = (words: readonly string[], first: number, classes: number, size: number) =>
  words.map((word, i) => ({ yearGroup: String(first + i), word, classes, size, age: 5 + first + i }));

const juniorBell = [
  ['08:30', '09:00'],
  ['09:25', '09:55'],
  ['10:20', '10:50'],
  ['14:00', '14:30'],
  ['14:55', '15:25'],
] as const;
const primaryBell = [
  ['08:40', '09:05'],
  ['09:30', '09:55'],
  ['10:20', '10:45'],
  ['14:10', '14:35'],
] as const;
const seniorBell = [
  ['08:10', '08:45'],
  ['09:00', '09:35'],
  ['10:10', '10:45'],
  ['11:05', '11:40'],
  ['14:00', '14:35'],
  ['14:55', '15:30'],
] as const;
const campusBell = [
  ['08:30', '09:15'],
  ['10:10', '10:55'],
  ['14:00', '14:45'],
  ['15:10', '15:55'],
] as const;

const primarySubjects = ['语文', '数学', '英语', '科学', '音乐', '美术', '体育', '道德与法治'] as const;
const schools: readonly SchoolShape[] = [
  {
    key: 'qszx',
    code: 'qszx',
    name: '青石镇中心小学',
    stages: ['lowerPrimary', 'upperPrimary'],
    years: years(['一', '二', '三', '四', '五', '六'], 1, 2, 40),
    subjects: primarySubjects,
    periods: primaryBell,
    hours: [5, 5, 3, 2, 1, 1, 2, 1],
  },
  {
    key: 'xkxx',
    code: 'xkxx',
    name: '溪口村小学',
    stages: ['lowerPrimary', 'upperPrimary'],
    years: years(['一', '二', '三', '四', '五', '六'], 1, 1, 18),
    subjects: primarySubjects,
    periods: primaryBell,
    hours: [5, 5, 3, 2, 1, 1, 2, 1],
  },
  {
    key: 'qscz',
    code: 'qscz',
    name: '青石镇初级中学',
    stages: ['juniorSecondary'],
    years: years(['七', '八', '九'], 7, 5, 46),
    subjects: ['语文', '数学', '英语', '物理', '历史', '地理', '生物', '体育'],
    periods: juniorBell,
    hours: [5, 5, 5, 3, 2, 2, 2, 1],
  },
  {
    key: 'xkcz',
    code: 'xkcz',
    name: '溪口初级中学',
    stages: ['juniorSecondary'],
    years: years(['七', '八', '九'], 7, 2, 44),
    subjects: ['语文', '数学', '英语', '物理', '历史', '地理', '生物', '体育'],
    periods: juniorBell,
    hours: [5, 5, 5, 3, 2, 2, 2, 1],
  },
  {
    key: 'qsyz',
    code: 'qsyz',
    name: '青石县第一中学',
    stages: ['seniorSecondary'],
    years: years(['高一', '高二', '高三'], 10, 6, 48),
    subjects: ['语文', '数学', '英语', '物理', '化学', '生物', '历史', '体育'],
    periods: seniorBell,
    hours: [5, 5, 5, 4, 4, 3, 3, 1],
  },
];
const colleges = ['信息学院', '农学院', '师范学院'] as const;
const campusSubjects = ['高等数学', '大学英语', '思想道德与法治', '程序设计', '体育与健康'] as const;

/**
 * The class of the lesson that is really being taught, and the period its planned week leaves free for it.
 */
export const liveClass = { key: 'qscz-7-2', schoolKey: 'qscz', subject: '数学', period: 3 } as const;

/** Share of families with two children in the county's schools. */
const siblingShare = 0.08;

/** Builds the county; the same at every call. About 3,000 pupils in six schools. */
export function demoRegion(): DemoRegion {
  const random = seededRandom(20_261_125);
  const nameOf = nameGiver(random);
  const region: DemoRegion = {
    orgs: [
      {
        key: 'province',
        parentKey: null,
        kind: 'province',
        code: 'demo-province',
        name: '示例省',
        stages: [],
      },
      { key: 'city', parentKey: 'province', kind: 'city', code: 'demo-city', name: '云岭市', stages: [] },
      { key: 'county', parentKey: 'city', kind: 'county', code: 'demo-county', name: '青石县', stages: [] },
    ],
    people: [],
    appointments: [],
    guardianships: [],
    classes: [],
    enrollments: [],
    courses: [],
    bellPlans: [],
    planItems: [],
  };
  const staff = (orgKey: string, number: string, appointments: AppointmentRole[]): string => {
    const key = `${orgKey}-${number}`;
    region.people.push({ key, orgKey, number, name: nameOf(), kind: 'staff', under14Year: null });
    for (const role of appointments) region.appointments.push({ personKey: key, orgKey, role });
    return key;
  };
  staff('county', 'g001', ['bureauOfficer']);
  staff('county', 'g002', ['supervisor']);
  staff('city', 'g001', ['bureauOfficer']);
  staff('province', 'g001', ['bureauOfficer']);

  const addPupils = (
    schoolKey: string,
    classKey: string,
    classPrefix: string,
    count: number,
    age: number | null,
  ) => {
    for (let i = 1; i <= count; i += 1) {
      const number = `${classPrefix}${String(i).padStart(2, '0')}`;
      const key = `${schoolKey}-p${number}`;
      const name = nameOf();
      region.people.push({
        key,
        orgKey: schoolKey,
        number,
        name,
        kind: 'pupil',
        under14Year: age !== null && age < 14 ? 2026 + (14 - age) : null,
      });
      region.enrollments.push({ personKey: key, classKey, role: 'pupil' });
      if (age === null) continue;
      const sibling = random() < siblingShare ? olderSibling(region, random) : null;
      const guardianKey = sibling ?? `${schoolKey}-j${number}`;
      if (!sibling) {
        region.people.push({
          key: guardianKey,
          orgKey: schoolKey,
          number: `j${number}`,
          name: nameOf(),
          kind: 'guardian',
          under14Year: null,
        });
      }
      region.guardianships.push({ pupilKey: key, guardianKey });
    }
  };

  for (const school of schools) {
    region.orgs.push({
      key: school.key,
      parentKey: 'county',
      kind: 'school',
      code: school.code,
      name: school.name,
      stages: school.stages,
    });
    addLeaders(staff, school.key);
    region.bellPlans.push(bellPlan(school.key, school.periods));
    for (const subject of school.subjects)
      region.courses.push({ key: `${school.key}-${subject}`, orgKey: school.key, title: subject, subject });
    for (const year of school.years) {
      for (let no = 1; no <= year.classes; no += 1) {
        const key = `${school.key}-${year.yearGroup}-${no}`;
        const word = year.word;
        region.classes.push({
          key,
          orgKey: school.key,
          schoolKey: school.key,
          name: `${word}（${no}）班`,
          yearGroup: year.yearGroup,
          classNo: no,
        });
        addPupils(
          school.key,
          key,
          `${2026 - ((Number(year.yearGroup) - 1) % 3)}${year.yearGroup.padStart(2, '0')}${no}`,
          year.size,
          year.age,
        );
      }
    }
    const classes = region.classes.filter(({ schoolKey }) => schoolKey === school.key);
    const teachers = hireTeachers(staff, school, classes);
    classes.forEach((one, index) => {
      // The class of the live lesson is in the care of another than the teacher of that lesson.
      const own = teachers(school.subjects[[1, 0, 2][index % 3] ?? 0] ?? '语文', one.key);
      region.enrollments.push({ personKey: own, classKey: one.key, role: 'classTeacher' });
      if (!region.appointments.some(({ personKey, role }) => personKey === own && role === 'classTeacher')) {
        region.appointments.push({ personKey: own, orgKey: school.key, role: 'classTeacher' });
      }
      for (const subject of school.subjects) {
        const teacher = teachers(subject, one.key);
        if (teacher !== own)
          region.enrollments.push({ personKey: teacher, classKey: one.key, role: 'teacher' });
      }
    });
    region.planItems.push(...weekOf(school, classes, teachers));
  }
  addCampus(region, staff, addPupils);
  return region;
}

type Hire = (orgKey: string, number: string, appointments: AppointmentRole[]) => string;
type TeacherOf = (subject: string, classKey: string) => string;

function addLeaders(staff: Hire, schoolKey: string): void {
  staff(schoolKey, 'a001', ['schoolAdmin']);
  staff(schoolKey, 'a002', ['principal']);
  staff(schoolKey, 'a003', ['schoolDeputy']);
}

function bellPlan(
  orgKey: string,
  periods: readonly (readonly [string, string])[],
): DemoRegion['bellPlans'][number] {
  return {
    orgKey,
    title: '线上作息',
    periods: periods.map(([from, to], i) => ({ period: i + 1, label: null, from, to })),
  };
}

function olderSibling(region: DemoRegion, random: () => number): string | null {
  const candidates = region.guardianships;
  return candidates[Math.floor(random() * candidates.length)]?.guardianKey ?? null;
}

/** As many teachers a subject as its hours need: nobody has more than 20 lessons a week. */
function hireTeachers(staff: Hire, school: SchoolShape, classes: readonly DemoClass[]): TeacherOf {
  const assigned = new Map<string, string>();
  let no = 0;
  school.subjects.forEach((subject, s) => {
    const hours = school.hours[s] ?? 1;
    const perTeacher = Math.max(1, Math.min(4, Math.floor(15 / hours)));
    classes.forEach((one, index) => {
      if (index % perTeacher === 0) no += 1;
      const key =
        index % perTeacher === 0
          ? staff(school.key, `t${String(no).padStart(3, '0')}`, ['teacher'])
          : `${school.key}-t${String(no).padStart(3, '0')}`;
      assigned.set(`${subject} ${one.key}`, key);
    });
  });
  return (subject, classKey) => {
    const key = assigned.get(`${subject} ${classKey}`);
    if (!key) throw new Error(`No teacher of ${subject} for ${classKey}.`);
    return key;
  };
}

/**
 * A week in which no teacher stands in two rooms: classes are filled slot by slot, always with the
 * subject that has most hours left and whose teacher is free.
 */
function weekOf(school: SchoolShape, classes: readonly DemoClass[], teacherOf: TeacherOf): DemoPlanItem[] {
  const items: DemoPlanItem[] = [];
  const left = new Map(classes.map(({ key }) => [key, [...school.hours]]));
  for (let weekday = 1; weekday <= 5; weekday += 1) {
    for (let period = 1; period <= school.periods.length; period += 1) {
      const isLiveSlot = school.key === liveClass.schoolKey && period === liveClass.period;
      const busy = new Set<string>(isLiveSlot ? [teacherOf(liveClass.subject, liveClass.key)] : []);
      classes.forEach((one, index) => {
        if (isLiveSlot && one.key === liveClass.key) return;
        const hours = left.get(one.key) ?? [];
        const today = items
          .filter((item) => item.classKey === one.key && item.weekday === weekday)
          .map(({ courseKey }) => courseKey);
        const order = school.subjects
          .map((subject, s) => ({ subject, s, hours: hours[s] ?? 0 }))
          .filter(({ hours: h }) => h > 0)
          .sort(
            (a, b) =>
              b.hours - a.hours ||
              ((a.s + index + weekday + period) % 8) - ((b.s + index + weekday + period) % 8),
          );
        const fits = (subject: string) => !busy.has(teacherOf(subject, one.key));
        const choice =
          order.find(({ subject }) => fits(subject) && !today.includes(`${school.key}-${subject}`)) ??
          order.find(({ subject }) => fits(subject));
        if (!choice) return;
        hours[choice.s] = choice.hours - 1;
        const teacherKey = teacherOf(choice.subject, one.key);
        busy.add(teacherKey);
        items.push({
          schoolKey: school.key,
          courseKey: `${school.key}-${choice.subject}`,
          classKey: one.key,
          teacherKey,
          weekday,
          period,
        });
      });
    }
  }
  return items;
}

function addCampus(
  region: DemoRegion,
  staff: Hire,
  addPupils: (schoolKey: string, classKey: string, prefix: string, count: number, age: number | null) => void,
): void {
  const campus = 'yldx';
  region.orgs.push({
    key: campus,
    parentKey: 'city',
    kind: 'school',
    code: campus,
    name: '云岭大学青石校区',
    stages: ['higher'],
  });
  addLeaders(staff, campus);
  region.bellPlans.push(bellPlan(campus, campusBell));
  for (const subject of campusSubjects)
    region.courses.push({ key: `${campus}-${subject}`, orgKey: campus, title: subject, subject });
  const teachers = new Map<string, string>();
  campusSubjects.forEach((subject, s) => {
    for (let g = 0; g < 3; g += 1)
      teachers.set(`${subject} ${g}`, staff(campus, `t${s + 1}${g + 1}`, ['teacher']));
  });
  colleges.forEach((college, c) => {
    const collegeKey = `${campus}-c${c + 1}`;
    region.orgs.push({
      key: collegeKey,
      parentKey: campus,
      kind: 'college',
      code: `${campus}-c${c + 1}`,
      name: college,
      stages: ['higher'],
    });
    for (const year of ['2025', '2026']) {
      const counsellor = staff(campus, `f${c + 1}${year.slice(3)}`, ['counsellor']);
      for (let no = 1; no <= 2; no += 1) {
        const key = `${collegeKey}-${year}-${no}`;
        region.classes.push({
          key,
          orgKey: collegeKey,
          schoolKey: campus,
          name: `${college.slice(0, 2)}${year.slice(2)}${String(no).padStart(2, '0')}`,
          yearGroup: year,
          classNo: no,
        });
        addPupils(campus, key, `${year}${c + 1}${no}`, 48, null);
        region.enrollments.push({ personKey: counsellor, classKey: key, role: 'counsellor' });
        const slot = (c * 4 + (year === '2026' ? 2 : 0) + no) % 5;
        for (let weekday = 1; weekday <= 5; weekday += 1) {
          for (let period = 1; period <= campusBell.length; period += 1) {
            const subject = campusSubjects[(slot + weekday + period) % campusSubjects.length] ?? '高等数学';
            const group = Math.floor(
              region.classes.filter(({ schoolKey }) => schoolKey === campus).length / 5,
            );
            const teacherKey = teachers.get(`${subject} ${Math.min(2, group)}`) ?? '';
            const taken = region.planItems.some(
              (item) => item.teacherKey === teacherKey && item.weekday === weekday && item.period === period,
            );
            if (!taken)
              region.planItems.push({
                schoolKey: campus,
                courseKey: `${campus}-${subject}`,
                classKey: key,
                teacherKey,
                weekday,
                period,
              });
          }
        }
      }
    }
  });
}
