import writeXlsxFile, { type Row } from 'write-excel-file/node';
import { dayAndWeekday, timeOfDay } from '../platform/i18n/format.ts';
import { say } from '../platform/i18n/server-words.ts';
import type { Locale } from '../platform/i18n/words.ts';
import { bold, head } from '../platform/workbook-cells.ts';
import { wayWord } from './daily-workbook.ts';
import type { UnitFigure } from './unit-figure.ts';
import { reportedMeasures, type Difference, type ReportedMeasure } from './rules/unit-figure.ts';

const text = (value: string) => ({ value, type: String });

/**
 * A unit's report of a day as a workbook: every number with definition, source, cut-off, responsible unit and what
 * earlier issues said; the units below; the schools that have not reported; every correction.
 *
 * Names of units are cells of type text, so that none becomes a formula.
 */
export async function unitWorkbook(figure: UnitFigure, locale: Locale): Promise<Buffer> {
  const intro: Row[] = [
    [
      bold(
        say(locale, 'reach.report.title', {
          unit: figure.unit.name,
          day: dayAndWeekday(figure.day, locale, 0),
        }),
      ),
    ],
    [issueWords(figure, locale)],
    [],
  ];
  return writeXlsxFile([
    {
      data: [...intro, ...figureRows(figure, locale)],
      sheet: say(locale, 'reach.report.sheetFigures'),
      columns: [
        { width: 30 },
        { width: 12 },
        { width: 70 },
        { width: 46 },
        { width: 18 },
        { width: 22 },
        { width: 34 },
      ],
    },
    {
      data: [...intro, ...unitRows(figure, locale)],
      sheet: say(locale, 'reach.report.sheetUnits'),
      columns: [
        { width: 14 },
        { width: 30 },
        ...Array.from({ length: 6 }, () => ({ width: 12 })),
        { width: 34 },
      ],
    },
    {
      data: [...intro, ...silentRows(figure, locale)],
      sheet: say(locale, 'reach.report.sheetSilent'),
      columns: [{ width: 14 }, { width: 34 }, { width: 46 }],
    },
    {
      data: [...intro, ...correctionRows(figure, locale)],
      sheet: say(locale, 'reach.report.sheetCorrections'),
      columns: [{ width: 18 }, { width: 30 }, { width: 30 }, { width: 30 }, { width: 12 }, { width: 12 }],
    },
  ]).toBuffer();
}

function when(figure: UnitFigure, at: Date): string {
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone: figure.timeZone }).format(at);
  return `${day} ${timeOfDay(at, figure.timeZone)}`;
}

function issueWords(figure: UnitFigure, locale: Locale): string {
  const last = figure.issues.at(-1);
  if (!last) return say(locale, 'reach.report.before', { time: figure.reportTime });
  return say(locale, 'reach.report.issued', { issue: last.issue, time: when(figure, last.cutOff) });
}

function figureRows(figure: UnitFigure, locale: Locale): Row[] {
  const cutOff = when(figure, figure.cutOff);
  const ways = figure.figures.ways.map(({ way, count }): Row => [
    say(locale, 'reach.report.way', { way: wayWord(locale, way) }),
    count,
    say(locale, 'reach.definition.reached'),
    say(locale, 'reach.source.reached'),
    cutOff,
    text(figure.unit.name),
    '',
  ]);
  return [
    head(
      say(locale, 'reach.report.figure'),
      say(locale, 'reach.report.count'),
      say(locale, 'reach.report.definitionHead'),
      say(locale, 'reach.report.sourceHead'),
      say(locale, 'reach.report.cutOffHead'),
      say(locale, 'reach.report.unitHead'),
      say(locale, 'reach.report.historyHead'),
    ),
    ...reportedMeasures.flatMap((measure): Row[] => [
      [
        say(locale, `reach.measure.${measure}`),
        figure.figures.measures[measure],
        say(locale, `reach.definition.${measure}`),
        say(locale, `reach.source.${measure}`),
        cutOff,
        text(figure.unit.name),
        historyOf(figure, measure, locale),
      ],
      ...(measure === 'reached' ? ways : []),
    ]),
  ];
}

/** What earlier issues said of a number, where they said otherwise. */
function historyOf(figure: UnitFigure, measure: ReportedMeasure, locale: Locale): string {
  return figure.issues
    .flatMap(({ issue, differences }) =>
      differences
        .filter((one) => one.unitName === null && one.measure === measure)
        .map(({ from }) => say(locale, 'reach.report.history', { issue: issue - 1, value: from })),
    )
    .join(locale === 'zh-CN' ? '；' : '; ');
}

function unitRows({ figures, timeZone }: UnitFigure, locale: Locale): Row[] {
  const numbers = ['expected', 'reached', 'reachedLate', 'excused', 'unreached', 'pending'] as const;
  return [
    head(
      say(locale, 'reach.report.code'),
      say(locale, 'reach.unit.name'),
      ...numbers.map((key) => say(locale, `reach.measure.${key}`)),
      say(locale, 'reach.report.state'),
    ),
    ...figures.units.map((unit): Row => {
      // A unit that says nothing is unknown, not zero.
      const known = unit.data === 'reports' || unit.data === 'notYet';
      return [
        text(unit.code),
        text(unit.name),
        ...numbers.map((key) => (known || key === 'expected' ? unit[key] : '')),
        unit.data === 'reports' && unit.lastFactAt
          ? say(locale, 'reach.unit.cutOff', { time: timeOfDay(unit.lastFactAt, timeZone) })
          : dataWord(locale, unit.data),
      ];
    }),
  ];
}

function silentRows({ figures }: UnitFigure, locale: Locale): Row[] {
  if (figures.silent.length === 0) return [[say(locale, 'reach.report.silentNone')]];
  return [
    head(
      say(locale, 'reach.report.code'),
      say(locale, 'reach.unit.name'),
      say(locale, 'reach.report.silentWhy'),
    ),
    ...figures.silent.map(({ code, name, data }): Row => [text(code), text(name), dataWord(locale, data)]),
  ];
}

function correctionRows(figure: UnitFigure, locale: Locale): Row[] {
  const rows = figure.issues.flatMap((issue) =>
    issue.differences.map((difference): Row => [
      when(figure, issue.cutOff),
      text(issue.issuedByName ?? say(locale, 'reach.report.byItself')),
      text(difference.unitName ?? figure.unit.name),
      measureWord(locale, difference),
      difference.from,
      difference.to,
    ]),
  );
  if (rows.length === 0) return [[say(locale, 'reach.report.correctionsNone')]];
  return [
    head(
      say(locale, 'reach.report.at'),
      say(locale, 'reach.report.by'),
      say(locale, 'reach.report.of'),
      say(locale, 'reach.report.figure'),
      say(locale, 'reach.report.from'),
      say(locale, 'reach.report.to'),
    ),
    ...rows,
  ];
}

function measureWord(locale: Locale, { measure }: Difference): string {
  const known = reportedMeasures.find((one) => one === measure);
  return known ? say(locale, `reach.measure.${known}`) : measure;
}

function dataWord(locale: Locale, data: UnitFigure['figures']['units'][number]['data']): string {
  switch (data) {
    case 'silent':
      return say(locale, 'reach.unit.silent');
    case 'noPlan':
      return say(locale, 'reach.unit.noPlan');
    case 'notYet':
      return say(locale, 'reach.unit.notYet');
    case 'off':
      return say(locale, 'reach.unit.off');
    case 'reports':
      return '';
  }
}
