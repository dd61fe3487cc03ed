import type { WorkbookProblem } from '../../rosters/rules/problem.ts';
import { modeNamed } from '../../rooms/modes.ts';
import type { Names } from '../queries/names.ts';
import type { BellPlan } from '../rules/bells.ts';
import { itemsWithNamedTeachers } from '../rules/held.ts';
import { weekRanges } from '../rules/pattern.ts';
import { patternClashes, type PatternClash, type TimedItem } from '../rules/pattern-clashes.ts';
import { timesOfItem, type PlanItem } from '../rules/week.ts';
import { problem, type TermLesson } from './plan-term.ts';

interface Asked {
  /** Slots of the draft that stay as they are. */
  readonly standing: readonly PlanItem[];
  /** Slots the file makes or changes; their origin is the lesson's source key. */
  readonly fresh: readonly { readonly lesson: TermLesson; readonly item: PlanItem }[];
  /** Lessons of the file that stand in the draft already, by origin. */
  readonly same: ReadonlyMap<string, TermLesson>;
  readonly bells: readonly BellPlan[];
  readonly yearGroupOf: ReadonlyMap<string, string | null>;
  readonly teachingWeekdays: readonly number[];
  readonly names: Names;
}

/**
 * What a planner should know of the draft as the file makes it: lessons that use a teacher, class or classroom twice,
 * periods without a bell, weekdays the school does not teach.
 *
 * @returns `held`: source keys of lessons of the file that wait until their double use is solved.
 */
export function findTermProblems(asked: Asked): { held: Set<string>; problems: WorkbookProblem[] } {
  const { standing, fresh, same, bells, yearGroupOf, names } = asked;
  const lessonOf = new Map([...same, ...fresh.map(({ lesson }) => [lesson.sourceKey, lesson] as const)]);
  const after = [...standing, ...fresh.map(({ item }) => item)];
  const clashes = patternClashes(itemsWithNamedTeachers(after), {
    bells,
    yearGroupOf,
    modeOf: modeNamed,
    touched: new Set([
      ...fresh.map(({ item }) => item.originId),
      ...standing.filter(({ originId, held }) => held && same.has(originId)).map(({ originId }) => originId),
    ]),
  });
  const held = new Set<string>();
  for (const { clash } of clashes) {
    for (const item of [clash.first, clash.second]) {
      // A slot that stands without a problem keeps its place; the newcomer waits.
      const lesson = same.has(item.originId) && !item.held ? undefined : lessonOf.get(item.originId);
      if (lesson) held.add(lesson.sourceKey);
    }
  }
  return {
    held,
    problems: [...clashProblems(clashes, lessonOf, names), ...placeProblems(asked)],
  };
}

/** One problem for each pair of lessons that meet, whatever they share. */
function clashProblems(
  clashes: readonly PatternClash[],
  lessonOf: ReadonlyMap<string, TermLesson>,
  names: Names,
): WorkbookProblem[] {
  const pairs = Map.groupBy(clashes, ({ clash }) =>
    [clash.first.id, clash.second.id].sort((a, b) => a.localeCompare(b)).join(' '),
  );
  return Array.from(pairs.values(), (pair): WorkbookProblem => {
    const [{ clash, weeks }] = pair as [PatternClash, ...PatternClash[]];
    const ours = [clash.first, clash.second].flatMap((item) => {
      const lesson = lessonOf.get(item.originId);
      return lesson ? [{ item, lesson }] : [];
    });
    ours.sort((a, b) => a.lesson.first.row - b.lesson.first.row);
    const [one, two] = ours as [(typeof ours)[number], (typeof ours)[number] | undefined];
    const other = two?.item ?? (one.item === clash.first ? clash.second : clash.first);
    const shared = sharedOf(pair, names);
    const params = {
      lesson: one.lesson.courseName,
      other: two?.lesson.courseName ?? names.courses.get(other.courseId) ?? '',
      shared: shared.slice(0, 4).join('、'),
      periods: periodsOf(one.item),
      otherPeriods: periodsOf(other),
      weeks: weekRanges(weeks).ranges,
    };
    return two
      ? problem(one.lesson.first, 'term_clash', 'period', { ...params, otherRow: two.lesson.first.row })
      : problem(one.lesson.first, 'term_clash_draft', 'period', params);
  });
}

function periodsOf({ period, periodTo }: TimedItem): string {
  return period === periodTo ? `${period}` : `${period}-${periodTo}`;
}

/** Names of what both lessons use; classes only where nothing else says it. */
function sharedOf(pair: readonly PatternClash[], names: Names): string[] {
  const nameOf = ({ clash: { resource } }: PatternClash): string => {
    const known = {
      teacher: names.teachers,
      classroom: names.classrooms,
      class: names.classes,
    }[resource.kind].get(resource.id);
    return known ?? resource.id.replace(/^(new:|name:)/, '');
  };
  const more = pair.filter(({ clash }) => clash.resource.kind !== 'class');
  return [...new Set((more.length > 0 ? more : pair).map(nameOf))];
}

/** Lessons that have no place in the school's week, told once for each period and weekday. */
function placeProblems({ fresh, bells, yearGroupOf, teachingWeekdays }: Asked): WorkbookProblem[] {
  const problems: WorkbookProblem[] = [];
  const tell = (
    code: string,
    field: 'period' | 'weekday',
    keyOf: (item: PlanItem) => number | null,
    name: string,
  ): void => {
    const groups = Map.groupBy(fresh, ({ item }) => keyOf(item));
    for (const [value, lessons] of groups) {
      const [first] = lessons;
      if (value === null || !first) continue;
      problems.push(problem(first.lesson.first, code, field, { [name]: value, count: lessons.length }));
    }
  };
  const hasNoBell = (item: PlanItem): boolean =>
    item.audiences.length > 0 && typeof timesOfItem(item, bells, yearGroupOf) === 'string';
  tell('term_period_without_bell', 'period', (item) => (hasNoBell(item) ? item.periodTo : null), 'period');
  tell(
    'term_weekday_not_taught',
    'weekday',
    ({ weekday }) => (teachingWeekdays.includes(weekday) ? null : weekday),
    'weekday',
  );
  return problems;
}
