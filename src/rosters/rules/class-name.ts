import { chineseNumber, compactText, parseChineseNumber } from './text.ts';

/** A homeroom class as a workbook names it, brought into the one form that all spellings share. */
export interface ClassName {
  /** Equal for every spelling of the same class of a school: `3-2`, `2021-计科`, else the compact name. */
  readonly key: string;
  /** What is shown and, for a new class, stored: `三（2）班`, `高二（11）班`, `计科2101`. */
  readonly name: string;
  /** `1` to `12` (7 = 初一, 10 = 高一), the entry year (`2021`) of a university class, or `null` when unknown. */
  readonly yearGroup: string | null;
  /** Number of the class in its year group, 1 or more. */
  readonly classNo: number | null;
}

const HAN = '一二三四五六七八九十';
/** 小 高 中 alone never name a grade; 初一 = 7 and 高一 = 10 follow from the stage. */
const STAGES: Record<string, number> = { 小: 0, 小学: 0, 初: 6, 初中: 6, 高: 9, 高中: 9 };
const SENIOR = ['高一', '高二', '高三'];

/** Name of a year group as schools write it: `三年级`, `七年级`, `高一`, `2021级`. */
export function yearGroupTitle(yearGroup: string): string {
  const grade = Number(yearGroup);
  if (grade >= 10 && grade <= 12) return SENIOR[grade - 10] ?? yearGroup;
  if (grade >= 1 && grade <= 9) return `${chineseNumber(grade)}年级`;
  return /^\d{4}$/.test(yearGroup) ? `${yearGroup}级` : yearGroup;
}

function schoolClass(grade: number, classNo: number): ClassName | null {
  if (grade < 1 || grade > 12 || classNo < 1 || classNo > 60) return null;
  const prefix = grade >= 10 ? (SENIOR[grade - 10] ?? '') : chineseNumber(grade);
  return {
    key: `${grade}-${classNo}`,
    name: `${prefix}（${classNo}）班`,
    yearGroup: String(grade),
    classNo,
  };
}

/**
 * Year group that a text names: `三年级`, `3`, `初一`, `七`, `高二年级`, `Grade 3`, `2021级`.
 *
 * @returns `1` to `12`, an entry year, or `null`.
 */
export function parseYearGroup(text: string): string | null {
  const plain = compactText(text).replace(/^(grade|year|g)(?=\d)/i, '');
  const entry = /^(20\d{2})(级|届)?$/.exec(plain);
  if (entry) return entry[1] ?? null;
  const match = new RegExp(`^(小学?|初中?|高中?)?([${HAN}]{1,3}|\\d{1,2})(年级|年)?$`).exec(plain);
  if (!match) return null;
  const within = parseChineseNumber(match[2] ?? '');
  if (within === null) return null;
  const grade = within + (match[1] && !(within > 6 && match[1] !== '小') ? (STAGES[match[1]] ?? 0) : 0);
  return grade >= 1 && grade <= 12 ? String(grade) : null;
}

/** `(2)班`, `2班`, `2`, `十二班`: the part of a class name after its grade. */
function classNumberOf(text: string): number | null {
  const match = new RegExp(`^(?:第)?[([]?([${HAN}]{1,3}|\\d{1,2})[)\\]]?(?:班|class)?$`, 'i').exec(text);
  return match ? parseChineseNumber(match[1] ?? '') : null;
}

/** Grade and class together in one text, the shapes of primary to senior schools. */
function parseSchoolClass(plain: string): ClassName | null {
  const english =
    /^(?:grade|g|year|y)(\d{1,2})[-,.]?(?:class|c)?\(?(\d{1,2})\)?$/i.exec(plain) ??
    /^class(\d{1,2}),?(?:grade|year)(\d{1,2})$/i.exec(plain);
  if (english) {
    const swap = /^class/i.test(plain);
    return schoolClass(Number(english[swap ? 2 : 1]), Number(english[swap ? 1 : 2]));
  }
  // 三年级二班, 初一(3)班, 七(2)班, 高二(11), 三2班, 小三(2)班
  const named = new RegExp(
    `^(小学?|初中?|高中?)?([${HAN}]|十[一二]|\\d{1,2})(年级|年)?[.·、-]?([([]?(?:[${HAN}]{1,3}|\\d{1,2})[)\\]]?(?:班|class)?)$`,
  ).exec(plain);
  if (named) {
    const [, stage, gradeText = '', unit, rest = ''] = named;
    const bareDigits = /^\d+$/.test(gradeText) && !unit && /^\d/.test(rest) && !/[.·、-]/.test(plain);
    const grade = parseYearGroup(`${stage ?? ''}${gradeText}`);
    const classNo = classNumberOf(rest);
    if (!bareDigits && grade && classNo !== null) return schoolClass(Number(grade), classNo);
  }
  // 3.2, 3-2, 3/2, 3（2）
  const pair = /^(\d{1,2})[.\-/·_](\d{1,2})班?$/.exec(plain);
  if (pair) return schoolClass(Number(pair[1]), Number(pair[2]));
  // 302班, 1102, 高302
  const run = /^(初|高)?(\d{1,2})(\d{2})班?$/.exec(plain);
  if (run && (plain.replace(/\D/g, '').length === 3 || (plain.endsWith('班') && Number(run[2]) <= 12))) {
    const grade = Number(run[2]) + (run[1] ? (STAGES[run[1]] ?? 0) : 0);
    return schoolClass(grade, Number(run[3]));
  }
  return null;
}

/** 计科2101, 计算机21-3, 21级软件工程2班, 2021级临床医学(3)班. */
function parseUniversityClass(plain: string): ClassName | null {
  const leading = /^(?:20)?(\d{2})级([^\d()]{2,20}?)(?:专业|本科|专科)?\(?(\d{1,2})\)?班?$/.exec(plain);
  const trailing = /^([^\d()]{2,20}?)(?:专业|班)?(?:20)?(\d{2})级?[-(]?(\d{1,2})\)?班?$/.exec(plain);
  const found = leading
    ? { year: leading[1], subject: leading[2], no: leading[3] }
    : trailing && { year: trailing[2], subject: trailing[1], no: trailing[3] };
  if (!found) return null;
  const classNo = Number(found.no);
  const year = `20${found.year}`;
  if (classNo < 1 || Number(found.year) < 10 || !/\p{L}/u.test(found.subject ?? '')) return null;
  return {
    key: `${year}-${found.subject}-${classNo}`,
    name: plain.replace(/\((\d+)\)/, '（$1）'),
    yearGroup: year,
    classNo,
  };
}

/** 2022级3班, 高2024级(5)班: an entry year of a school; the grade depends on the school year. */
function parseEntryYearClass(plain: string): ClassName | null {
  const match = /^(初|高|小)?(20\d{2})[级届]\(?(\d{1,2})\)?班?$/.exec(plain);
  if (!match) return null;
  const [, stage = '', year = '', no] = match;
  return {
    key: `${stage}${year}-${Number(no)}`,
    name: `${stage}${year}级（${Number(no)}）班`,
    yearGroup: year,
    classNo: Number(no),
  };
}

/**
 * Reads a class name in any of the spellings that schools use.
 *
 * `三(2)班`, `三（2）班`, `3.2`, `302班`, `三年级二班`, `2班` under grade `三年级`, `初一3班`, `七(2)班`, `高二（11）`,
 * `计科2101`, `Grade 3 Class 2`. 初一 and 七年级 are the same year group. Any other text is kept as a name of its own
 * (学前班, 国际部A班).
 *
 * @param text - the class cell.
 * @param yearGroupText - the grade cell of the same row, or the title above; decides for a bare `2班`.
 * @returns `null` when the text names no class at all, or a bare number without a grade.
 */
export function parseClassName(text: string, yearGroupText = ''): ClassName | null {
  const plain = compactText(text).replaceAll('【', '(').replaceAll('】', ')').replace(/班级$/, '班');
  if (plain === '') return null;
  const yearGroup = parseYearGroup(yearGroupText);
  const bare = classNumberOf(plain);
  if (bare !== null) {
    if (yearGroup === null) return null;
    return Number(yearGroup) <= 12
      ? schoolClass(Number(yearGroup), bare)
      : parseEntryYearClass(`${yearGroup}级${bare}班`);
  }
  const found = parseSchoolClass(plain) ?? parseEntryYearClass(plain) ?? parseUniversityClass(plain);
  if (found) return found;
  if (/^[\d.,\-/]+$/.test(plain) || plain.length > 40) return null;
  return { key: plain.toLowerCase(), name: text.replace(/\s+/g, ' ').trim(), yearGroup, classNo: null };
}

/** Class named inside a title such as `2024年秋三年级（2）班学生花名册`; `null` when there is none. */
export function classInTitle(title: string): ClassName | null {
  const plain = compactText(title);
  const match = new RegExp(
    `((?:小学|初中?|高中?)?(?:[${HAN}]{1,2}|(?<!\\d)\\d{1,2})(?:年级|年)?[([]?(?:[${HAN}]{1,3}|\\d{1,2})[)\\]]?班)(?!级|主)`,
  ).exec(plain);
  const found = match ? parseClassName(match[1] ?? '') : null;
  if (found?.classNo) return found;
  const university = /([\p{Script=Han}]{2,12}(?:20)?\d{2}-?\d{1,2})班?/u.exec(plain);
  return university ? parseUniversityClass(university[1] ?? '') : null;
}
