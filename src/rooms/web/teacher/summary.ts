import { t } from '../../../platform/web/t.ts';
import { setText } from '../shared/dom.ts';
import { button, h } from './element.ts';
import { followPath } from './page-headers.ts';
import type { CaptureStatus } from './capture/messages.ts';
import { lostPages, type RoomPerson, type RoomState, presenceGroups } from './room-state.ts';

export interface Summary {
  readonly element: HTMLElement;
  update(
    room: RoomState,
    status: CaptureStatus | null,
    taught: { minutes: number; pages: number },
    told: boolean,
  ): void;
}

/** Pages named at the end: what to teach again is decided by the worst, not by a list of all. */
const mostLostPages = 3;

/** After the lesson: what was taught, whether all of it is safe, who was not there, which pages were not followed. */
export function createSummary(acts: {
  leave: () => void;
  contact: (person: RoomPerson) => void;
  /** A page as people call it. */
  pageName: (pageN: number) => string;
  /** Reads the report of the lesson and makes its view. */
  report: () => Promise<HTMLElement>;
}): Summary {
  const facts = h('p', { class: 'summary-facts num' });
  const safe = h('p', { class: 'summary-safe', role: 'status' });
  const missingHead = h('h3', { class: 'red' });
  const missing = h('ul', { class: 'gone' });
  const everybody = h('p', { class: 'green' }, t('rooms.teacher.summary.everybody'));
  const lostHead = h('h3', {}, t('rooms.teacher.summary.lost'));
  const lost = h('ul', { class: 'lost-pages num' });
  const reportPlace = h('div', { class: 'report-place', role: 'status' });
  const open = button(t('rooms.report.open'), { class: 'btn', onClick: () => void showReport() });
  const showReport = async (): Promise<void> => {
    open.disabled = true;
    setText(reportPlace, t('rooms.report.getting'));
    try {
      const view = await acts.report();
      reportPlace.removeAttribute('role');
      reportPlace.replaceChildren(view);
    } catch (error) {
      setText(reportPlace, error instanceof Error ? error.message : String(error));
    }
    open.disabled = false;
  };
  const element = h(
    'section',
    { class: 'summary', attributes: { 'aria-label': t('rooms.teacher.summary.title') } },
    h('h2', { attributes: { tabindex: '-1' } }, t('rooms.teacher.summary.title')),
    facts,
    safe,
    missingHead,
    missing,
    everybody,
    lostHead,
    lost,
    h('p', { class: 'quiet' }, t('rooms.teacher.summary.recording')),
    h(
      'footer',
      {},
      button(t('rooms.teacher.summary.leave'), { class: 'btn main', onClick: acts.leave }),
      h('a', { class: 'btn', attributes: { href: followPath() } }, t('rooms.teacher.summary.watch')),
      open,
    ),
    reportPlace,
  );
  return {
    element,
    update(room, status, { minutes, pages }, told) {
      const groups = presenceGroups(room);
      const params = { minutes, pages, here: groups.arrived, expected: groups.expected };
      setText(facts, t('rooms.teacher.summary.facts', params));
      setText(safe, safeLine(status, told));
      safe.dataset['tone'] = isSafe(status, told) ? 'fine' : 'soon';
      const gone = groups.missing;
      setText(missingHead, t('rooms.teacher.summary.missing', { count: gone.length }));
      missingHead.hidden = gone.length === 0;
      everybody.hidden = gone.length > 0 || groups.expected === 0;
      const unclear = lostPages(room).slice(0, mostLostPages);
      lostHead.hidden = unclear.length === 0;
      lost.replaceChildren(
        ...unclear.map(({ pageN, count }) =>
          h('li', {}, t('rooms.teacher.talk.lost-page', { page: acts.pageName(pageN), count })),
        ),
      );
      missing.replaceChildren(
        ...gone.map((person) =>
          h(
            'li',
            {},
            h('b', {}, person.name),
            button(t('rooms.teacher.presence.contact'), {
              class: 'btn slim',
              onClick: () => acts.contact(person),
            }),
          ),
        ),
      );
    },
  };
}

/** Nothing is only on this device any more, and the pupils know that the lesson is over. */
export function isSafe(status: CaptureStatus | null, told: boolean): boolean {
  return told && status !== null && status.unsent === 0 && status.pagesUnsent === 0;
}

function safeLine(status: CaptureStatus | null, told: boolean): string {
  if (!told) return t('rooms.teacher.summary.not-told');
  if (isSafe(status, told)) return t('rooms.teacher.summary.safe');
  return t('rooms.teacher.summary.sending', { seconds: Math.round((status?.unsentMs ?? 0) / 1_000) });
}
