import { parsePeriods, type PeriodRange } from './labels.ts';
import { parseWeeks, WEEKS_IN_TEXT } from './weeks.ts';

/** What one lesson of a timetable cell says. */
export interface CellLesson {
  readonly courseName: string;
  readonly teacherName?: string;
  readonly roomName?: string;
  /** Weeks of the term, ascending; `null`: every week. */
  readonly weeks: number[] | null;
  /** Tool the lesson is taught with, when the cell names one (`腾讯会议`, `钉钉` …). */
  readonly platform?: string;
  /** Tool the pupils sign in with, when it is named apart (`学习通签到`). */
  readonly signInPlatform?: string;
  /** Periods written in the cell itself (`(3-4节)`); they win over the row. */
  readonly periods: PeriodRange | null;
}

export interface CellReading {
  readonly lessons: readonly CellLesson[];
  /** Why a person should look at the cell; `null` when it was read without doubt. */
  readonly doubt: 'no_course' | 'more_words_than_known' | null;
}

const PLATFORMS: readonly [RegExp, string][] = [
  [/腾讯会议|voov/i, '腾讯会议'],
  [/腾讯课堂/, '腾讯课堂'],
  [/学习通|超星|泛雅/, '学习通'],
  [/钉钉|dingtalk/i, '钉钉'],
  [/知到|智慧树/, '知到'],
  [/雨课堂/, '雨课堂'],
  [/企业微信/, '企业微信'],
  [/微信群|微信/, '微信'],
  [/QQ群?|QQ课堂/i, 'QQ'],
  [/飞书|lark/i, '飞书'],
  [/ZOOM/i, 'ZOOM'],
  [/中国大学MOOC|慕课堂|慕课|MOOC|爱课程/i, '中国大学MOOC'],
  [/学堂在线/, '学堂在线'],
  [/职教云|云课堂|智慧职教/, '职教云'],
  [/哔哩哔哩|bilibili|B站/i, '哔哩哔哩'],
  [/希沃|CCtalk|classin|空中课堂|国家中小学智慧教育平台|云课堂/i, ''],
];
const PLATFORM_USE = /(签到|打卡|考勤)|(上课|直播|授课|教学|会议|网课|线上)/;

/** Free periods and filler that stand for "nothing is taught". */
const BLANK = /^[-—–/\\.·*×xX○Oo无空]*$/;

const ROOM =
  /(教室|机房|实验室|实训室|操场|体育馆|体育场|球场|画室|琴房|舞蹈室|报告厅|礼堂|功能室|多媒体|阶梯|教学楼|实验楼|综合楼|号楼|[楼馆])|^[A-Za-z]{0,3}\d{0,2}[-－]?[A-Za-z]?\d{3,4}室?$|^\d{1,2}[-－]\d{3}$|.室$/;
const ROOM_LABEL = /^(?:教室|地点|场地|上课地点)[::：]/;
const TEACHER_LABEL = /^(?:教师|老师|任课教师|授课教师|主讲)[::：]/;
const TITLE = /(老师|教师|教授|副教授|讲师|先生|女士)$/;

/** The commonest family names (about 97 of 100 people); decides only which of two words is the person. */
const FAMILY_NAMES =
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟申殷詹欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷曲盛冉翁蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝';
const DOUBLE_FAMILY_NAMES = /^(欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|司徒|夏侯)/;
/** Words that open with a family name but are subjects or activities. */
const SUBJECT =
  /(语文|数学|英语|物理|化学|生物|历史|地理|政治|道德|法治|思想|品德|科学|音乐|美术|体育|健康|信息|技术|劳动|综合|实践|班会|自习|阅读|写字|书法|心理|安全|校本|社团|活动|课|操|学|论|史|法|设计|基础|概论|原理|训练|实验|英|口语|写作|经典|艺术|工程|管理|编程|语言)/;

function isTeacherName(word: string): boolean {
  if (!/^[\p{Script=Han}·]{2,5}$/u.test(word) || SUBJECT.test(word)) return false;
  if (DOUBLE_FAMILY_NAMES.test(word)) return word.length <= 4;
  return word.length <= 3 && FAMILY_NAMES.includes(word[0] ?? '');
}

/** 李小明老师 is 李小明; 王老师 stays, a family name alone is not a person's name. */
function withoutTitle(word: string): string {
  const bare = word.replace(TITLE, '');
  return bare.length >= 2 ? bare : word;
}

/** The text belongs to a course named elsewhere: a person, a room or weeks, and no course. */
export function isDetail(text: string): boolean {
  const words = text
    .replace(WEEKS_IN_TEXT, ' ')
    .trim()
    .split(/[\s、,，/]+/)
    .filter(Boolean);
  return words.every((word) => isTeacherName(word) || TITLE.test(word) || ROOM.test(word));
}

interface Parts {
  course: string[];
  teachers: string[];
  room?: string;
  weeks: number[] | null;
  platform?: string;
  signInPlatform?: string;
  periods: PeriodRange | null;
}

function takePlatform(word: string, parts: Parts): boolean {
  const known = PLATFORMS.find(([pattern]) => pattern.test(word));
  if (!known) return false;
  const name = known[1] === '' ? (known[0].exec(word)?.[0] ?? word) : known[1];
  const rest = word
    .replace(known[0], '')
    .replace(new RegExp(PLATFORM_USE.source, 'g'), '')
    .replace(/[\d::：号()（）-]/g, '');
  // 腾讯会议 inside a longer word (a course about it) is no platform of the lesson.
  if (rest.length > 2) return false;
  const use = PLATFORM_USE.exec(word.replace(known[0], ''));
  const both = /签到|打卡|考勤/.test(word) && /上课|直播|授课/.test(word);
  if (use?.[1] && !both) parts.signInPlatform ??= name;
  else parts.platform ??= name;
  if (both) parts.signInPlatform ??= name;
  return true;
}

function takeWord(word: string, parts: Parts): void {
  if (takePlatform(word, parts)) return;
  if (TEACHER_LABEL.test(word)) parts.teachers.push(withoutTitle(word.replace(TEACHER_LABEL, '')));
  else if (ROOM_LABEL.test(word)) parts.room ??= word.replace(ROOM_LABEL, '');
  else if (TITLE.test(word) && word.length <= 8) parts.teachers.push(withoutTitle(word));
  else if (/节/.test(word) && parsePeriods(word.replace(/^(星期|周)./, ''))) {
    parts.periods ??= parsePeriods(word.replace(/^(星期|周)./, ''));
  } else if (parts.course.length > 0 && ROOM.test(word)) parts.room ??= word;
  else if (/^(线上|线下|网课|直播|录播|必修|选修|限选|考试|考查|讲课|理论|[单双])$/.test(word)) return;
  else parts.course.push(word);
}

/** One bracket: weeks, periods, a room or a teacher are taken out; `大学英语（1）` keeps its part number. */
function takeBrackets(text: string, parts: Parts): string {
  return text.replace(/[(（[【{]([^()（）[\]【】{}]*)[)）\]】}]/g, (whole: string, inner: string) => {
    const word = inner.trim();
    if (word === '') return ' ';
    if (/^[\dA-Za-zⅠ-Ⅻ一二三四五六七八九十上中下]{1,3}$/.test(word) && !/^\d{3}$/.test(word)) return whole;
    if (/学时|必修|选修|考试|考查/.test(word)) return ' ';
    const periods = /节/.test(word) ? parsePeriods(word) : null;
    if (periods) {
      parts.periods ??= periods;
      return ' ';
    }
    if (takePlatform(word, parts)) return ' ';
    if (TITLE.test(word) || isTeacherName(word)) {
      parts.teachers.push(withoutTitle(word));
      return ' ';
    }
    if (ROOM.test(word)) {
      parts.room ??= word;
      return ' ';
    }
    return whole;
  });
}

function readLesson(text: string): { lesson: CellLesson | null; leftOver: boolean } {
  const parts: Parts = { course: [], teachers: [], weeks: null, periods: null };
  let rest = text.replace(/\d+\s*节\s*\/\s*周/g, ' ');
  for (let found = WEEKS_IN_TEXT.exec(rest); found; found = WEEKS_IN_TEXT.exec(rest)) {
    const weeks = parseWeeks(found[0]);
    if (weeks.length > 0)
      parts.weeks = [...new Set([...(parts.weeks ?? []), ...weeks])].sort((a, b) => a - b);
    rest = `${rest.slice(0, found.index)} ${rest.slice(found.index + found[0].length)}`;
  }
  // 正方 systems write the place in the week into the cell: 周一第1,2节.
  rest = rest.replace(/(?:周|星期)[一二三四五六日天](第?[\d,，、-]{1,8}节)/g, (_, periods: string) => {
    parts.periods ??= parsePeriods(periods);
    return ' ';
  });
  rest = takeBrackets(rest.replace(/[[({（【]\s*\d{1,3}\s*学时[\])}）】]/g, ' '), parts);
  for (const word of rest.split(/[\s#$|/\\*;；◇★☆●,，、{}]+/)) if (word !== '') takeWord(word, parts);
  // A word that can be a person is one, as long as a course remains: 数学 王芳 and 王芳 数学 alike.
  for (const word of [...parts.course].reverse()) {
    if (parts.course.length > 1 && isTeacherName(word)) {
      parts.course.splice(parts.course.indexOf(word), 1);
      parts.teachers.unshift(withoutTitle(word));
    }
  }
  const courseName = parts.course.join(' ');
  if (!/\p{L}/u.test(courseName)) return { lesson: null, leftOver: true };
  const teacherName = parts.teachers.join('、');
  return {
    lesson: {
      courseName,
      ...(teacherName ? { teacherName } : {}),
      ...(parts.room ? { roomName: parts.room } : {}),
      weeks: parts.weeks,
      ...((parts.platform ?? parts.signInPlatform)
        ? { platform: parts.platform ?? parts.signInPlatform }
        : {}),
      ...(parts.signInPlatform ? { signInPlatform: parts.signInPlatform } : {}),
      periods: parts.periods,
    },
    leftOver: parts.course.length > 1 && /\p{Script=Han}/u.test(courseName),
  };
}

/** Several lessons in one cell: blocks between blank lines, or alternatives of which each names its weeks. */
function blocksOf(text: string): string[] {
  const blocks = text.split(/\n\s*\n|\n?-{3,}\n?/).filter((block) => block.trim() !== '');
  return blocks.flatMap((block) => {
    for (const separator of [/\n/, /[/／;；|]/]) {
      const options = block
        .split(separator)
        .map((option) => option.trim())
        .filter(Boolean);
      const eachHasWeeks = options.every(
        (option) => WEEKS_IN_TEXT.test(option) || /[（(][单双][)）]/.test(option),
      );
      const eachHasCourse = options.every((option) => readLesson(option).lesson !== null);
      if (options.length > 1 && eachHasWeeks && eachHasCourse) return options;
    }
    return [block];
  });
}

/**
 * Reads the text of one timetable cell: course, teacher, room, weeks and platform in any order, separated by line
 * breaks, `#`, `$`, `/`, spaces or brackets.
 *
 * @param text - normalised text of the cell, line breaks kept.
 * @returns no lessons and no doubt for an empty cell or a filler such as `—` or `无`.
 */
export function readCell(text: string): CellReading {
  if (BLANK.test(text.replace(/\s+/g, ''))) return { lessons: [], doubt: null };
  const lessons: CellLesson[] = [];
  let doubt: CellReading['doubt'] = null;
  for (const block of blocksOf(text)) {
    const { lesson, leftOver } = readLesson(block.replace(/[（(]([单双])[)）]/g, '($1周)'));
    if (lesson) lessons.push(lesson);
    else doubt = 'no_course';
    if (lesson && leftOver) doubt ??= 'more_words_than_known';
  }
  return { lessons, doubt };
}
