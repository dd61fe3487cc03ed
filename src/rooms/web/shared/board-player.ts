import { t } from '../../../platform/web/t.ts';
import { decodeEvents, WireError, type FeedFrame, type LessonEvent } from '../../wire.ts';
import { createBoard, eventMoments } from './board.ts';
import type { PageLoader } from './page-loader.ts';
import { createPageView, type PageView } from './page-view.ts';
import { createTimeline } from './timeline.ts';

/** Page and ink of a lesson, in step with a position in it. */
export interface BoardPlayer {
  readonly view: PageView;
  /** Page the teacher shows at the position. */
  readonly teacherPageN: number;
  /** Page on the screen. */
  readonly shownPageN: number;
  readonly isFollowing: boolean;
  /** Pages the teacher has shown so far, ascending. */
  seenPages(): readonly number[];
  addEvents(frame: FeedFrame): void;
  moveTo(positionMs: number): void;
  /** Looks at another page; null: follows the teacher. */
  look(pageN: number | null): void;
  /** The picture of a page came, or a better one. */
  pictureCame(pageN: number): void;
}

/** Paper of a blank board. */
const blank = { width: 4, height: 3 };

/**
 * @param loader - asked for pictures lazily, because it may be made after the board.
 * @param onPage - another page is on the screen, or following began or ended.
 * @param onBadSegment - a segment that this page cannot read was left out.
 */
export function createBoardPlayer(
  loader: () => PageLoader,
  onPage: () => void,
  onBadSegment: (n: number) => void,
): BoardPlayer {
  const board = createBoard();
  const view = createPageView();
  const seen = new Set<number>();
  let lookingAt: number | null = null;
  let isReplaying = false;

  const shown = (): number => (lookingAt === null ? board.pageN : lookingAt);

  const showPage = (): void => {
    const pageN = shown();
    const page = pageN === 0 ? null : loader().page(pageN);
    const { width, height } = page ? page.row : blank;
    const text = page ? page.row.text.trim() : '';
    const name = pageN === 0 ? t('rooms.room.blankPage') : t('rooms.room.page', { page: pageN });
    view.show(
      { pageN, src: page ? page.url : null, width, height, alt: text === '' ? name : `${name}: ${text}` },
      board,
    );
    loader().want(pageN);
    onPage();
  };

  const timeline = createTimeline<LessonEvent>(
    (event) => {
      const change = board.apply(event);
      if (event.kind === 'page') seen.add(event.pageN);
      if (isReplaying) return;
      if (change.kind === 'page') showPage();
      else view.draw(board, change);
    },
    () => {
      board.reset();
      isReplaying = true;
    },
  );

  /** While many events are caught up on, nothing is drawn but the result. */
  const catchUp = (act: () => void): void => {
    const before = board.pageN;
    act();
    if (!isReplaying) return;
    isReplaying = false;
    if (before === board.pageN) view.redraw(board);
    else showPage();
  };

  return {
    view,
    get teacherPageN() {
      return board.pageN;
    },
    get shownPageN() {
      return shown();
    },
    get isFollowing() {
      return lookingAt === null;
    },
    seenPages: () => Array.from(seen).sort((a, b) => a - b),
    addEvents({ n, startMs, bytes }) {
      let events: LessonEvent[];
      try {
        events = decodeEvents(bytes);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        onBadSegment(n);
        return;
      }
      catchUp(() => timeline.add(n, eventMoments(startMs, events)));
    },
    moveTo(positionMs) {
      catchUp(() => timeline.release(positionMs));
    },
    look(pageN) {
      lookingAt = pageN === board.pageN ? null : pageN;
      showPage();
    },
    pictureCame(pageN) {
      if (pageN === shown()) showPage();
    },
  };
}
