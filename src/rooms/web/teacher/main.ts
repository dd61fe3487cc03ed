import '../../../platform/web/trusted.ts';
import '../../../platform/web/icons.css';
import '../../../platform/web/base.css';
import './teaching.css';
import { ApiProblem, isPassing } from '../../../platform/web/api-problem.ts';
import { t } from '../../../platform/web/t.ts';
import { button, h } from './element.ts';
import { LessonSession } from './lesson-session.ts';
import { createNamesPage } from './names-page.ts';
import { FeedFailure, readLog } from './log-reader.ts';
import { followPath } from './page-headers.ts';
import { createRoomClient } from './room-http.ts';
import type { JoinedRoom, LessonCard, RoomClient } from './room-client.ts';
import { createTeacherPage } from './teacher-page.ts';

const [, , schoolDay = '', lessonId = ''] = location.pathname.split('/');
const root = document.querySelector<HTMLElement>('#app') ?? document.body;

const knockAgainMs = 15_000;
let knocking: ReturnType<typeof setTimeout> | null = null;

async function enter(client: RoomClient): Promise<void> {
  if (knocking !== null) clearTimeout(knocking);
  root.replaceChildren(h('p', { class: 'room-opening', role: 'status' }, t('rooms.teacher.opening')));
  try {
    const joined = await joinOrNames(client);
    if (joined === null) return;
    if (!joined.mayTeach) {
      const follow = h(
        'a',
        { class: 'btn main', attributes: { href: followPath() } },
        t('rooms.teacher.follow'),
      );
      return showNotice(t('rooms.teacher.not-yours.title'), t('rooms.teacher.not-yours.text'), follow);
    }
    if (joined.entrance === 'link') showNames(client, joined.lesson, joined);
    else await teach(client, joined);
  } catch (error) {
    if (!(error instanceof ApiProblem) && !(error instanceof FeedFailure)) throw error;
    const text = error instanceof ApiProblem ? error.message : t('platform.problem.network');
    const again = () => void enter(client);
    const isEarly = error instanceof ApiProblem && error.code === 'room_not_open';
    const retry = button(t('rooms.teacher.try-again'), { class: 'btn main', onClick: again });
    const mayHelp = isEarly || isPassing(error) || error instanceof FeedFailure;
    showNotice(
      t(isEarly ? 'rooms.teacher.early' : 'rooms.teacher.cannot-open'),
      text,
      mayHelp ? retry : null,
    );
    // A room that opens in some minutes, or a server that starts again: no one has to stand at the door.
    if (isPassing(error) || isEarly) knocking = setTimeout(again, knockAgainMs);
  }
}

/** A lesson seen to by call, visit or paper has no room to join: its page are its names. */
async function joinOrNames(client: RoomClient): Promise<JoinedRoom | null> {
  try {
    return await client.join();
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code !== 'no_room') throw error;
    showNames(client, (await client.presence()).lesson, null);
    return null;
  }
}

function showNames(client: RoomClient, lesson: LessonCard, joined: JoinedRoom | null): void {
  document.title = `${lesson.courseTitle} · ${lesson.classNames.join('、')}`;
  root.replaceChildren(createNamesPage(client, lesson, joined));
}

async function teach(client: RoomClient, joined: JoinedRoom): Promise<void> {
  const [people, log] = await Promise.all([client.people(), readLog(joined.logId, joined.held)]);
  const page = createTeacherPage();
  const session = new LessonSession(
    {
      client,
      joined,
      log,
      people: new Map(people.map((person) => [person.personId, person])),
      readTalk: (afterN) => readLog(joined.logId, joined.held, afterN + 1),
    },
    page.listener,
  );
  document.title = `${joined.lesson.courseTitle} · ${joined.lesson.classNames.join('、')}`;
  root.replaceChildren(page.element);
  page.start(session);
}

function showNotice(title: string, text: string, act: HTMLElement | null): void {
  const back = h('a', { class: 'btn', attributes: { href: '/console' } }, t('rooms.teacher.back'));
  root.replaceChildren(
    h(
      'main',
      { class: 'room-notice' },
      h('h1', {}, title),
      h('p', { role: 'alert' }, text),
      h('div', {}, act, back),
    ),
  );
}

if (window.isSecureContext) void enter(createRoomClient(schoolDay, lessonId));
else showNotice(t('rooms.teacher.insecure.title'), t('rooms.teacher.insecure.text'), null);
