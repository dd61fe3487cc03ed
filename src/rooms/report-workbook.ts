import writeXlsxFile, { type Row } from 'write-excel-file/node';
import { dayAndWeekday, timeOfDay } from '../platform/i18n/format.ts';
import { say } from '../platform/i18n/server-words.ts';
import type { Locale } from '../platform/i18n/words.ts';
import { bold, head } from '../platform/workbook-cells.ts';
import type { LessonReport } from './service-report.ts';

const list = (pages: readonly number[]): string => pages.join(', ');

/** A lesson's report as a workbook: pupils, answers by pupil and question, pages. All texts are cells of type text. */
export async function reportWorkbook(report: LessonReport, locale: Locale): Promise<Buffer> {
  const { lesson, timeZone } = report;
  const time = (instant: Date | null): string => (instant === null ? '' : timeOfDay(instant, timeZone));
  const intro: Row[] = [
    [bold(`${lesson.courseTitle} · ${lesson.classNames.join('、')}`)],
    [`${dayAndWeekday(lesson.schoolDay, locale, 0)} ${time(lesson.startsAt)}—${time(lesson.endsAt)}`],
    [say(locale, 'rooms.report.taught', { minutes: Math.round(report.taughtSeconds / 60) })],
    [],
  ];
  return writeXlsxFile([
    {
      data: [...intro, ...pupilRows(report, locale, time)],
      sheet: say(locale, 'rooms.report.pupils'),
      columns: [{ width: 18 }, { width: 18 }, ...Array.from({ length: 9 }, () => ({ width: 12 }))],
    },
    {
      data: [...intro, ...answerRows(report, locale)],
      sheet: say(locale, 'rooms.report.answers'),
      columns: [{ width: 18 }, { width: 18 }, ...report.polls.map(() => ({ width: 24 }))],
    },
    {
      data: [...intro, ...pageRows(report, locale)],
      sheet: say(locale, 'rooms.report.pages'),
      columns: [{ width: 18 }, { width: 18 }],
    },
  ]).toBuffer();
}

function pupilRows(
  { pupils, polls }: LessonReport,
  locale: Locale,
  time: (instant: Date | null) => string,
): Row[] {
  return [
    head(
      say(locale, 'rooms.report.class'),
      say(locale, 'rooms.report.name'),
      say(locale, 'rooms.report.came'),
      say(locale, 'rooms.report.left'),
      say(locale, 'rooms.report.heard'),
      say(locale, 'rooms.report.rollCalls'),
      say(locale, 'rooms.report.answered'),
      say(locale, 'rooms.report.right'),
      say(locale, 'rooms.report.hands'),
      say(locale, 'rooms.report.called'),
      say(locale, 'rooms.report.lines'),
      say(locale, 'rooms.report.lost'),
    ),
    ...pupils.map((pupil): Row => {
      const own = polls.flatMap(({ answers }) =>
        answers.filter(({ personId }) => personId === pupil.personId),
      );
      return [
        pupil.className,
        pupil.name,
        time(pupil.cameAt),
        time(pupil.leftAt),
        Math.round(pupil.heardSeconds / 60),
        pupil.rollCalls,
        own.length,
        own.filter((answer) => answer.isRight === true).length,
        pupil.hands,
        pupil.called,
        pupil.lines,
        list(pupil.lostPages),
      ];
    }),
  ];
}

/** An answer as the class saw its options: letters, or the words of true and false. */
function answerText(poll: LessonReport['polls'][number], personId: string, locale: Locale): string {
  const answer = poll.answers.find((one) => one.personId === personId);
  if (answer === undefined) return '';
  const letter = (place: number): string =>
    poll.kind === 'trueFalse'
      ? say(locale, place === 0 ? 'rooms.poll.true' : 'rooms.poll.false')
      : String.fromCharCode(65 + place);
  const words = answer.chosen === null ? (answer.written ?? '') : answer.chosen.map(letter).join(' ');
  return answer.isRight === true ? `${words} ✓` : words;
}

function answerRows({ pupils, polls }: LessonReport, locale: Locale): Row[] {
  return [
    head(
      say(locale, 'rooms.report.class'),
      say(locale, 'rooms.report.name'),
      ...polls.map(
        ({ prompt, kind }, place) =>
          `${place + 1}. ${prompt === '' ? say(locale, `rooms.poll.kind.${kind}`) : prompt}`,
      ),
    ),
    ...pupils.map((pupil): Row => [
      pupil.className,
      pupil.name,
      ...polls.map((poll) => answerText(poll, pupil.personId, locale)),
    ]),
  ];
}

function pageRows({ pages }: LessonReport, locale: Locale): Row[] {
  return [
    head(say(locale, 'rooms.report.page'), say(locale, 'rooms.report.lostCount')),
    ...pages.map(({ pageN, lost }): Row => [pageN, lost]),
  ];
}
