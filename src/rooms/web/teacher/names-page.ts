import './names.css';
import { timeOfDay } from '../../../platform/i18n/format.ts';
import { ApiProblem } from '../../../platform/web/api-problem.ts';
import { t } from '../../../platform/web/t.ts';
import { icon, setText } from '../shared/dom.ts';
import { askContact, contactWord } from './contact-card.ts';
import { createDock } from './dock.ts';
import { button, h, keyedList, square } from './element.ts';
import { nameGroups, type NameGroup } from './name-list.ts';
import type { JoinedRoom, LessonCard, PresenceRow, RoomClient } from './room-client.ts';
import { emptyRoom, withTalk } from './room-state.ts';
import { groupHead } from './top-bar.ts';

/** Pupils have to come back from the meeting to our page, so they get longer than in our own room. */
const rollCallSeconds = 180;
const lookEveryMs = 10_000;
const tickMs = 500;
const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A group's head, list and how it shows its rows. */
interface ShownGroup {
  readonly head: { readonly element: HTMLElement; readonly count: HTMLElement };
  readonly list: HTMLElement;
  show(rows: readonly PresenceRow[]): void;
}

/**
 * The page of a lesson without a board of ours. Held elsewhere (`joined`): the way to the meeting, our roll call and
 * the end. Seen to by call, visit or paper (`joined` null): whom somebody has still to reach. In both each pupil is
 * two taps from a note.
 */
export function createNamesPage(
  client: RoomClient,
  lesson: LessonCard,
  joined: JoinedRoom | null,
): HTMLElement {
  const dock = createDock();
  let room = { ...emptyRoom, ended: joined?.state === 'ended' };
  let pupils: readonly PresenceRow[] = [];
  const line = h('p', { class: 'names-line', role: 'status' });
  const problem = h('p', { class: 'red', role: 'alert' });
  const severalClasses = lesson.classNames.length > 1;

  const attempt = (act: Promise<unknown>): void => {
    act
      .then(() => setText(problem, ''))
      .catch((error: unknown) => {
        if (!(error instanceof ApiProblem)) throw error;
        setText(problem, error.message);
      });
  };
  const look = async (): Promise<void> => {
    pupils = (await client.presence()).pupils;
    update();
  };

  const call = button(t('rooms.teacher.roll.start'), {
    icon: 'hand',
    onClick: () => attempt(client.startRollCall(rollCallSeconds).then(look)),
  });
  const end = button(t('rooms.teacher.order.end'), { icon: 'stop', onClick: askEnd });
  const meeting = joined?.link ? meetingLink(joined.link) : null;
  const keys = joined
    ? h(
        'div',
        { class: 'keys', role: 'group', attributes: { 'aria-label': t('rooms.teacher.order.all') } },
        meeting,
        call,
        end,
      )
    : null;

  const groups: Record<NameGroup, ShownGroup> = {
    open: group('red', 'warn', t(joined ? 'rooms.teacher.names.missing' : 'rooms.teacher.names.open')),
    came: group('amber', 'clock', t('rooms.teacher.names.came')),
    done: group('green', 'check', t(joined ? 'rooms.teacher.names.here' : 'rooms.teacher.names.reached')),
  };

  function group(tone: string, picture: string, word: string): ShownGroup {
    const list = h('ul', { class: 'gone' });
    const show = keyedList<PresenceRow, HTMLElement>(list, {
      key: ({ personId }) => personId,
      make: (pupil) =>
        h(
          'li',
          {},
          h('b', {}, pupil.name, severalClasses ? h('i', {}, pupil.className) : null),
          h('small'),
          button(t('rooms.teacher.presence.contact'), {
            class: 'btn slim',
            attributes: { 'aria-label': t('rooms.teacher.presence.contact-name', { name: pupil.name }) },
            onClick: () => askContact(dock, client, pupil, () => attempt(look())),
          }),
        ),
      update: (row, pupil) => {
        const known = knownOf(pupil);
        const line = row.querySelector('small');
        if (line) setText(line, known);
        row.classList.toggle('bare', known === '');
      },
    });
    return { head: groupHead(tone, picture, word), list, show };
  }

  function askEnd(): void {
    const { open, came } = nameGroups(pupils);
    dock.show({
      id: 'end',
      title: t('rooms.teacher.end.title'),
      body: [h('p', {}, t('rooms.teacher.end.missing', { count: open.length + came.length }))],
      actions: [
        {
          label: t('rooms.teacher.order.end'),
          kind: 'main',
          act: () => {
            dock.close('end');
            attempt(
              client.order('end', null).then(() => {
                room = { ...room, ended: true, rollCall: null };
                return look();
              }),
            );
          },
        },
        { label: t('rooms.teacher.end.go-on'), kind: 'quiet', act: () => dock.close('end') },
      ],
      onClose: () => undefined,
      focus: true,
    });
  }

  function update(): void {
    const found = nameGroups(pupils);
    for (const [name, shown] of Object.entries(groups)) {
      const rows = found[name as NameGroup];
      setText(shown.head.count, t('rooms.teacher.presence.people', { count: rows.length }));
      shown.head.element.hidden = rows.length === 0;
      shown.list.hidden = rows.length === 0;
      shown.show(rows);
    }
    tell(found.done.length);
  }

  function tell(done: number): void {
    const leftMs = room.rollCall ? Date.parse(room.rollCall.until) - now() : 0;
    call.disabled = room.ended || leftMs > 0;
    end.disabled = room.ended;
    if (meeting) meeting.hidden = room.ended;
    const params = {
      answered: done,
      expected: pupils.length,
      seconds: Math.max(0, Math.ceil(leftMs / 1_000)),
    };
    setText(line, t(`rooms.teacher.names.line.${lineName(leftMs)}`, params));
    line.classList.toggle('amber', joined !== null && !room.ended && leftMs <= 0 && !wasCalled());
  }

  const now = (): number => Date.now() + (joined?.clockAheadMs ?? 0);
  const wasCalled = (): boolean =>
    room.rollCall !== null || pupils.some(({ answeredAt }) => answeredAt !== null);

  function lineName(leftMs: number): 'contact' | 'ended' | 'calling' | 'called' | 'uncalled' {
    if (joined === null) return 'contact';
    if (room.ended) return 'ended';
    if (leftMs > 0) return 'calling';
    return wasCalled() ? 'called' : 'uncalled';
  }

  if (joined) {
    const stop = client.listen({
      talk: (n, row) => {
        room = withTalk(room, n, row);
        attempt(look());
      },
      presence: () => attempt(look()),
      caughtUp: () => attempt(look()),
      closed: () => stop(),
    });
    setInterval(() => tell(nameGroups(pupils).done.length), tickMs);
  }
  setInterval(() => attempt(look()), lookEveryMs);
  attempt(look());

  return h(
    'div',
    { class: 'teaching names-page' },
    h(
      'header',
      { class: 'top-bar' },
      square(t('rooms.teacher.leave'), 'left', () => location.assign('/console')),
      h(
        'div',
        { class: 'lesson' },
        h('h1', {}, `${lesson.courseTitle} · ${lesson.classNames.join('、')}`),
        h('p', { class: 'quiet' }, lesson.topic ?? ''),
      ),
      keys,
    ),
    h('main', {}, line, problem, ...Object.values(groups).flatMap(({ head, list }) => [head.element, list])),
    dock.element,
  );
}

function meetingLink(link: string): HTMLAnchorElement {
  return h(
    'a',
    { class: 'btn main', attributes: { href: link, target: '_blank', rel: 'noopener noreferrer' } },
    icon('share'),
    h('span', {}, t('rooms.teacher.names.meeting')),
  );
}

/** What is known of a pupil, the newest last. */
function knownOf({ state, since, answeredAt, contact }: PresenceRow): string {
  const parts = [
    since !== null && state !== 'missing'
      ? t('rooms.teacher.names.opened', { time: timeOfDay(since, timeZone) })
      : null,
    answeredAt === null ? null : t('rooms.teacher.names.answered', { time: timeOfDay(answeredAt, timeZone) }),
    contact === null ? null : `${contactWord(contact)} ${timeOfDay(contact.at, timeZone)}`,
  ];
  return parts.filter((part) => part !== null).join(' · ');
}
