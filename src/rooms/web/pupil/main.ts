import '../../../platform/web/trusted.ts';
import '../../../platform/web/icons-lesson.css';
import '../../../platform/web/base.css';
import './room.css';
import { ApiProblem } from '../../../platform/web/api-problem.ts';
import type { WordKey } from '../../../platform/i18n/catalogues.ts';
import { t } from '../../../platform/web/t.ts';
import type { EntranceAnswer } from '../../contract.ts';
import { createRoomApi, type RoomAddress } from '../shared/room-api.ts';
import { startLiveLesson } from './live-lesson.ts';
import { createPanel, type PanelParts } from './panels.ts';

/** A refusal that waiting cures: the door is looked at again by itself. */
const passing = new Set(['network', 'room_not_open', 'unknown', 'too_many_requests']);
const knockAgainMs = 10_000;
const titles: Readonly<Record<string, WordKey | undefined>> = {
  room_not_open: 'rooms.pupil.door.early',
  room_closed: 'rooms.pupil.door.over',
};

function roomAddress(): RoomAddress {
  const [, , schoolDay = '', lessonId = ''] = location.pathname.split('/');
  const query = new URLSearchParams(location.search);
  return { schoolDay, lessonId, forPupil: query.get('for'), appointment: query.get('as') };
}

const address = roomAddress();
const api = createRoomApi(address);
let takeAway: () => void = () => {};
let knockTimer = 0;

function show(make: () => () => void): void {
  clearTimeout(knockTimer);
  takeAway();
  takeAway = make();
}

function showPanel(title: string, parts: PanelParts): void {
  show(() => {
    const panel = createPanel(title, t('rooms.pupil.toToday'), parts);
    document.body.append(panel);
    return () => panel.remove();
  });
}

const toToday = (): void => location.assign('/');
const cannotAttend = {
  label: t('rooms.pupil.cannotAttend'),
  href: `/my/cannot-attend${address.forPupil === null ? '' : `?pupil=${address.forPupil}`}`,
};
const today = { label: t('rooms.pupil.toToday'), href: '/' };

async function knock(): Promise<void> {
  let entrance: EntranceAnswer;
  try {
    entrance = await api.join();
    if (entrance.entrance === 'link') return await showElsewhere(entrance);
    if (entrance.state === 'ended') return await showRecording(entrance);
    const manifest = await api.manifest(entrance.logId);
    if (manifest.state === 'ended') return await showRecording(entrance);
    show(() =>
      startLiveLesson({
        api,
        entrance,
        manifest,
        onLeave: toToday,
        onRefused: showRefusal,
        onEnded: (heardMs) => showEnd(entrance, heardMs),
      }),
    );
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    showRefusal(error.code, error.message);
  }
}

function titleOf({ lesson }: EntranceAnswer): string {
  return t('rooms.pupil.title', {
    course: lesson.courseTitle,
    teacher: lesson.teacherName || t('rooms.pupil.teacher'),
  });
}

function showRefusal(code: string, detail: string): void {
  if (code === 'sign_in_required') {
    location.assign(`/sign-in?then=${encodeURIComponent(location.pathname + location.search)}`);
    return;
  }
  const isPassing = passing.has(code);
  const isEarly = code === 'room_not_open';
  showPanel(t('rooms.pupil.room'), {
    picture: isEarly || code === 'room_closed' ? 'clock' : code === 'network' ? 'nowifi' : 'warn',
    title: t(titles[code] ?? 'rooms.pupil.door.failed'),
    text: code === 'removed_from_room' ? t('rooms.pupil.door.removed') : detail,
    ...(isPassing && !isEarly
      ? { main: { label: t('rooms.pupil.door.again'), act: () => void knock() } }
      : {}),
    // Of a lesson that is over there is nothing to be said any more.
    links: code === 'removed_from_room' || code === 'room_closed' ? [today] : [cannotAttend, today],
  });
  if (isPassing) knockTimer = window.setTimeout(() => void knock(), knockAgainMs);
}

async function showElsewhere(entrance: EntranceAnswer): Promise<void> {
  const onEnded = (): void =>
    showPanel(titleOf(entrance), {
      picture: 'check',
      title: t('rooms.pupil.end.title'),
      text: t('rooms.pupil.link.over'),
      main: { label: t('rooms.pupil.end.today'), act: toToday },
    });
  if (entrance.state === 'ended') return onEnded();
  const { startElsewhere } = await import('./elsewhere.ts');
  const options = { api, entrance, title: titleOf(entrance), cannotAttend: cannotAttend.href };
  show(() => startElsewhere({ ...options, onEnded, onRefused: showRefusal }));
}

async function showRecording(entrance: EntranceAnswer): Promise<void> {
  const { startRecording } = await import('../recording/recording.ts');
  const stop = await startRecording({ api, entrance, onLeave: toToday, onRefused: showRefusal });
  show(() => stop);
}

function showEnd(entrance: EntranceAnswer, heardMs: number): void {
  showPanel(titleOf(entrance), {
    picture: 'check',
    title: t('rooms.pupil.end.title'),
    text:
      heardMs < 60_000
        ? t('rooms.pupil.end.little')
        : t('rooms.pupil.end.heard', { count: Math.round(heardMs / 60_000) }),
    main: { label: t('rooms.pupil.end.today'), act: toToday },
    links: [{ label: t('rooms.pupil.end.recording'), href: location.href }],
  });
}

/** Nothing to see for this long deserves a word why. */
const firstWord = window.setTimeout(
  () =>
    showPanel(t('rooms.pupil.room'), {
      picture: 'wifi',
      title: t('rooms.pupil.door.opening'),
      text: t('rooms.pupil.door.openingWhy'),
    }),
  4000,
);
void knock().finally(() => clearTimeout(firstWord));
