import { timeOfDay } from '../../../platform/i18n/format.ts';
import { ApiProblem } from '../../../platform/web/api-problem.ts';
import { t } from '../../../platform/web/t.ts';
import type { MicrophoneState } from './capture/microphone.ts';
import type { Dock, DockCard } from './dock.ts';
import { setText } from '../shared/dom.ts';
import { h } from './element.ts';
import type { LessonSession } from './lesson-session.ts';
import { presenceGroups, type RoomPerson } from './room-state.ts';
import { shortcutList } from './shortcuts.ts';

/** Nothing louder than this for ten seconds: perhaps it is not the microphone that people speak into. */
const silentLevel = 0.004;
const silentAfterMs = 10_000;

export interface Cards {
  /** Before the lesson, and whenever this page may not write. Called with every change. */
  update(
    session: LessonSession,
    now: Date,
    acts: { begin: () => void; takeOver: () => void; timeZone: string },
  ): void;
  begun(microphone: MicrophoneState | 'off', again: () => void): void;
  askEnd(session: LessonSession, timeZone: string, end: () => void): void;
  /** The one act that cannot be taken back in the lesson, so it asks. */
  askRemove(person: RoomPerson, remove: () => void): void;
  keys(): void;
  screenMaySleep(): void;
  resumed(unsentMs: number): void;
  pageRefused(code: string): void;
  captureFailed(reason: string): void;
  problem(error: unknown): void;
}

/** What the teacher is asked and told below the board. */
export function createCards(dock: Dock): Cards {
  const closable = { onClose: () => undefined };
  const tell = (id: string, title: string, text: string, more: Partial<DockCard> = {}) =>
    dock.show({ id, title, body: [h('p', {}, text)], actions: [], ...closable, ...more });
  const readyLine = h('p', { class: 'num' });
  let quietSince: number | null = null;
  let toldSilent = false;

  const ready = (session: LessonSession, now: Date, begin: () => void, timeZone: string) => {
    const { lesson } = session.joined;
    const { arrived } = presenceGroups(session.room);
    const minutes = Math.ceil((Date.parse(lesson.startsAt) - now.getTime()) / 60_000);
    const params = { minutes, count: arrived, time: timeOfDay(lesson.startsAt, timeZone) };
    setText(readyLine, t(minutes > 0 ? 'rooms.teacher.ready.soon' : 'rooms.teacher.ready.now', params));
    if (dock.has('ready')) return;
    dock.show({
      id: 'ready',
      title: t('rooms.teacher.ready.title'),
      body: [readyLine, h('p', { class: 'small quiet' }, t('rooms.teacher.ready.hint'))],
      actions: [{ label: t('rooms.teacher.ready.begin'), kind: 'main', act: begin }],
    });
  };

  const watchSilence = (session: LessonSession) => {
    const listening = session.microphone === 'open' && !session.mutedByHand && !session.room.paused;
    if (!listening || session.room.ended || (session.status?.level ?? 0) > silentLevel) {
      quietSince = null;
      if (toldSilent) dock.close('silent');
      toldSilent = false;
      return;
    }
    quietSince ??= performance.now();
    if (toldSilent || performance.now() - quietSince < silentAfterMs) return;
    toldSilent = true;
    tell('silent', t('rooms.teacher.mic.silent-title'), t('rooms.teacher.mic.silent'), { tone: 'soon' });
  };

  return {
    update(session, now, { begin, takeOver, timeZone }) {
      const { writer, room, begun, status } = session;
      if (writer === 'writing' && !begun && !room.ended && status?.state !== 'otherWriter') {
        ready(session, now, begin, timeZone);
      } else dock.close('ready');
      if (writer === 'lost' && !dock.has('other-tab')) {
        dock.show({
          id: 'other-tab',
          title: t('rooms.teacher.other-tab.title'),
          tone: 'soon',
          body: [h('p', {}, t('rooms.teacher.other-tab.text'))],
          actions: [{ label: t('rooms.teacher.other-tab.take'), kind: 'main', act: takeOver }],
        });
      } else if (writer !== 'lost') dock.close('other-tab');
      if (status?.state === 'otherWriter' && !dock.has('other-device')) {
        dock.show({
          id: 'other-device',
          title: t('rooms.teacher.other-device.title'),
          tone: 'bad',
          body: [h('p', {}, t('rooms.teacher.other-device.text'))],
          actions: [{ label: t('rooms.teacher.other-device.take'), act: () => location.reload() }],
        });
      }
      watchSilence(session);
      if (room.ended) for (const id of ['screen', 'microphone', 'resumed']) dock.close(id);
    },
    begun(microphone, again) {
      if (microphone === 'open' || microphone === 'off') return dock.close('microphone');
      dock.show({
        id: 'microphone',
        title: t(`rooms.teacher.mic-problem.${microphone}.title`),
        tone: 'soon',
        body: [h('p', {}, t(`rooms.teacher.mic-problem.${microphone}.text`))],
        actions: [{ label: t('rooms.teacher.mic-problem.again'), kind: 'main', act: again }],
        ...closable,
      });
    },
    askEnd(session, timeZone, end) {
      const { missing } = presenceGroups(session.room);
      const { lesson } = session.joined;
      const minutes = Math.ceil((Date.parse(lesson.endsAt) - session.now().getTime()) / 60_000);
      const time = timeOfDay(lesson.endsAt, timeZone);
      const unsent = Math.round((session.status?.unsentMs ?? 0) / 1_000);
      const pagesUnsent = session.status?.pagesUnsent ?? 0;
      const open = [
        minutes > 0 ? t('rooms.teacher.end.early', { minutes, time }) : '',
        missing.length > 0 ? t('rooms.teacher.end.missing', { count: missing.length }) : '',
        session.room.hands.length > 0
          ? t('rooms.teacher.end.hands', { count: session.room.hands.length })
          : '',
        pagesUnsent > 0 ? t('rooms.teacher.end.pages', { count: pagesUnsent }) : '',
        unsent > 6 ? t('rooms.teacher.end.unsent', { seconds: unsent }) : '',
      ].filter((line) => line !== '');
      const lines = open.length > 0 ? open : [t('rooms.teacher.end.nothing-open')];
      dock.show({
        id: 'end',
        title: t('rooms.teacher.end.title'),
        body: lines.map((line) => h('p', {}, line)),
        actions: [
          {
            label: t('rooms.teacher.end.go-on'),
            act: () => dock.close('end'),
          },
          {
            label: t('rooms.teacher.end.end'),
            kind: 'main',
            act: () => {
              dock.close('end');
              end();
            },
          },
        ],
        ...closable,
        focus: true,
      });
    },
    askRemove(person, remove) {
      dock.show({
        id: 'remove',
        title: t('rooms.teacher.remove.title', { name: person.name }),
        body: [h('p', {}, t('rooms.teacher.remove.text'))],
        actions: [
          { label: t('rooms.teacher.remove.stay'), act: () => dock.close('remove') },
          {
            label: t('rooms.teacher.remove.remove'),
            act: () => {
              dock.close('remove');
              remove();
            },
          },
        ],
        ...closable,
        focus: true,
      });
    },
    keys() {
      const rows = shortcutList.map(({ keys, name }) =>
        h('li', {}, h('kbd', {}, keys), h('span', {}, t(`rooms.teacher.keys.${name}`))),
      );
      dock.show({
        id: 'keys',
        title: t('rooms.teacher.keys.title'),
        body: [h('ul', { class: 'key-list' }, ...rows)],
        actions: [],
        ...closable,
        focus: true,
      });
    },
    screenMaySleep: () =>
      tell('screen', t('rooms.teacher.screen.title'), t('rooms.teacher.screen.text'), { tone: 'soon' }),
    resumed: (unsentMs) =>
      tell(
        'resumed',
        t('rooms.teacher.resumed.title'),
        t('rooms.teacher.resumed.text', { seconds: Math.round(unsentMs / 1_000) }),
      ),
    pageRefused: (code) =>
      tell(
        'page-refused',
        t('rooms.teacher.page-refused.title'),
        t('rooms.teacher.page-refused.text', { code }),
        {
          tone: 'bad',
        },
      ),
    captureFailed: (reason) =>
      dock.show({
        id: 'capture',
        title: t('rooms.teacher.capture-failed.title'),
        tone: 'bad',
        body: [h('p', {}, t('rooms.teacher.capture-failed.text')), h('p', { class: 'small quiet' }, reason)],
        actions: [
          { label: t('rooms.teacher.capture-failed.reload'), kind: 'main', act: () => location.reload() },
        ],
      }),
    problem(error) {
      if (!(error instanceof ApiProblem)) throw error;
      tell('problem', t('rooms.teacher.problem.title'), error.message, { tone: 'bad' });
    },
  };
}
