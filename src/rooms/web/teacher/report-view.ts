import { timeOfDay } from '../../../platform/i18n/format.ts';
import { t } from '../../../platform/web/t.ts';
import type { LessonReportAnswer } from '../../contract-report.ts';
import { h } from './element.ts';

type Pupil = LessonReportAnswer['pupils'][number];

/**
 * The lesson as its teacher looks back on it: pupils, answers, pages.
 *
 * @param workbook - address of the same as a workbook.
 * @param pageName - a page as people call it.
 */
export function createReportView(
  report: LessonReportAnswer,
  options: { timeZone: string; workbook: string; pageName: (pageN: number) => string },
): HTMLElement {
  const { pupils, polls, pages } = report;
  return h(
    'section',
    { class: 'report', attributes: { 'aria-label': t('rooms.report.title') } },
    h(
      'header',
      {},
      h('h3', {}, t('rooms.report.title')),
      h(
        'a',
        { class: 'btn slim', attributes: { href: options.workbook, download: '' } },
        t('rooms.report.download'),
      ),
    ),
    h(
      'div',
      {
        class: 'report-table',
        role: 'region',
        attributes: { tabindex: '0', 'aria-label': t('rooms.report.pupils') },
      },
      pupilTable(report, pupils, options.timeZone),
    ),
    h('h3', {}, t('rooms.report.answers')),
    polls.length === 0
      ? h('p', { class: 'quiet' }, t('rooms.report.noPolls'))
      : h('ol', { class: 'report-polls' }, ...polls.map(pollLine)),
    h('h3', {}, t('rooms.report.pages')),
    pages.length === 0
      ? h('p', { class: 'quiet' }, t('rooms.report.noPages'))
      : h(
          'ul',
          { class: 'lost-pages num' },
          ...pages.map(({ pageN, lost }) =>
            h('li', {}, t('rooms.teacher.talk.lost-page', { page: options.pageName(pageN), count: lost })),
          ),
        ),
  );
}

function pupilTable({ polls }: LessonReportAnswer, pupils: readonly Pupil[], timeZone: string): HTMLElement {
  const answersOf = (personId: string) =>
    polls.flatMap(({ answers }) => answers.filter((answer) => answer.personId === personId));
  const columns: readonly (readonly [string, (pupil: Pupil) => string])[] = [
    [
      t('rooms.report.came'),
      ({ cameAt }) => (cameAt === null ? t('rooms.report.never') : timeOfDay(cameAt, timeZone)),
    ],
    [t('rooms.report.left'), ({ leftAt }) => (leftAt === null ? '' : timeOfDay(leftAt, timeZone))],
    [t('rooms.report.heard'), ({ heardSeconds }) => String(Math.round(heardSeconds / 60))],
    [t('rooms.report.rollCalls'), ({ rollCalls }) => String(rollCalls)],
    [t('rooms.report.answered'), ({ personId }) => String(answersOf(personId).length)],
    [
      t('rooms.report.right'),
      ({ personId }) => String(answersOf(personId).filter(({ isRight }) => isRight === true).length),
    ],
    [t('rooms.report.hands'), ({ hands }) => String(hands)],
    [t('rooms.report.called'), ({ called }) => String(called)],
    [t('rooms.report.lines'), ({ lines }) => String(lines)],
    [t('rooms.report.lost'), ({ lostPages }) => String(lostPages.length)],
  ];
  return h(
    'table',
    { class: 'num' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { attributes: { scope: 'col' } }, t('rooms.report.name')),
        ...columns.map(([title]) => h('th', { attributes: { scope: 'col' } }, title)),
      ),
    ),
    h(
      'tbody',
      {},
      ...pupils.map((pupil) =>
        h(
          'tr',
          { class: pupil.cameAt === null ? 'away' : '' },
          h('th', { attributes: { scope: 'row' } }, pupil.name),
          ...columns.map(([, show]) => h('td', {}, show(pupil))),
        ),
      ),
    ),
  );
}

function pollLine({ prompt, kind, answers }: LessonReportAnswer['polls'][number]): HTMLElement {
  const judged = answers.filter(({ isRight }) => isRight !== null);
  const right = judged.filter(({ isRight }) => isRight === true).length;
  const answered = answers.length;
  return h(
    'li',
    {},
    prompt === '' ? t(`rooms.poll.kind.${kind}`) : prompt,
    ' · ',
    judged.length > 0
      ? t('rooms.report.pollRight', { answered, right })
      : t('rooms.report.pollLine', { answered }),
  );
}
