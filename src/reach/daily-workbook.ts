import writeXlsxFile, { type Row } from 'write-excel-file/node';
import { dayAndWeekday, timeOfDay } from '../platform/i18n/format.ts';
import { say } from '../platform/i18n/server-words.ts';
import type { Locale } from '../platform/i18n/words.ts';
import { bold, head } from '../platform/workbook-cells.ts';
import type { DailyFigure } from './daily-figure.ts';

/**
 * The daily figure as a workbook: what the numbers mean and up to when they count stand above them.
 *
 * Texts are cells of type text, so that a class named like a formula stays text.
 */
export async function dailyWorkbook(figure: DailyFigure, locale: Locale): Promise<Buffer> {
  const day = dayAndWeekday(figure.day, locale, 0);
  const cutOff = timeOfDay(figure.cutOff, figure.timeZone);
  const intro: Row[] = [
    [bold(say(locale, 'reach.figure.title', { school: figure.schoolName, day }))],
    [say(locale, 'reach.figure.cutOff', { time: cutOff })],
    [say(locale, 'reach.figure.definition')],
    [say(locale, 'reach.figure.lateDefinition')],
    [],
  ];
  return writeXlsxFile([
    {
      data: [...intro, ...summary(figure, locale)],
      sheet: say(locale, 'reach.figure.sheetDay'),
      columns: [{ width: 34 }, { width: 12 }, { width: 12 }, { width: 12 }],
    },
    {
      data: [...intro, ...byClass(figure, locale)],
      sheet: say(locale, 'reach.figure.sheetClasses'),
      columns: [{ width: 22 }, ...Array.from({ length: 6 }, () => ({ width: 11 }))],
    },
  ]).toBuffer();
}

function summary({ lessons, figures, ways }: DailyFigure, locale: Locale): Row[] {
  const number = (measure: string) => figures[measure] ?? 0;
  const sum = (key: 'planned' | 'taught' | 'cancelled') =>
    lessons.reduce((total, row) => total + row[key], 0);
  return [
    head(
      say(locale, 'reach.figure.lessons'),
      say(locale, 'reach.figure.planned'),
      say(locale, 'reach.figure.taught'),
      say(locale, 'reach.figure.cancelled'),
    ),
    [say(locale, 'reach.figure.all'), sum('planned'), sum('taught'), sum('cancelled')],
    ...lessons.map((row): Row => [modeWord(locale, row.mode), row.planned, row.taught, row.cancelled]),
    [],
    head(say(locale, 'reach.figure.pupils'), say(locale, 'reach.figure.count')),
    [say(locale, 'reach.figure.expected'), number('expected')],
    [say(locale, 'reach.figure.reached'), number('reached')],
    ...ways.map(({ way, count }): Row => [
      say(locale, 'reach.figure.byWay', { way: wayWord(locale, way) }),
      count,
    ]),
    [say(locale, 'reach.figure.reachedLate'), number('reachedLate')],
    [say(locale, 'reach.figure.excused'), number('excused')],
    [say(locale, 'reach.figure.unreached'), number('unreached')],
    [say(locale, 'reach.figure.pending'), number('pending')],
    [say(locale, 'reach.figure.withoutAdult'), number('withoutAdult')],
  ];
}

function byClass({ classes }: DailyFigure, locale: Locale): Row[] {
  return [
    head(
      say(locale, 'reach.figure.class'),
      say(locale, 'reach.figure.expected'),
      say(locale, 'reach.figure.reached'),
      say(locale, 'reach.figure.reachedLate'),
      say(locale, 'reach.figure.excused'),
      say(locale, 'reach.figure.unreached'),
      say(locale, 'reach.figure.pending'),
    ),
    ...classes.map((row): Row => [
      { value: row.className, type: String },
      row.expected,
      row.reached,
      row.reachedLate,
      row.excused,
      row.unreached,
      row.pending,
    ]),
  ];
}

/** Ways and modes share their words; a mode this version does not know is shown as it is stored. */
export function wayWord(locale: Locale, way: string): string {
  switch (way) {
    case 'live':
      return say(locale, 'reach.way.live');
    case 'recording':
      return say(locale, 'reach.way.recording');
    case 'external':
      return say(locale, 'reach.way.external');
    case 'tv':
      return say(locale, 'reach.way.tv');
    case 'phone':
      return say(locale, 'reach.way.phone');
    case 'paper':
      return say(locale, 'reach.way.paper');
    case 'visit':
      return say(locale, 'reach.way.visit');
    case 'excused':
      return say(locale, 'reach.way.excused');
    default:
      return way;
  }
}

function modeWord(locale: Locale, mode: string): string {
  return mode === 'contacted' ? say(locale, 'reach.way.contacted') : wayWord(locale, mode);
}
