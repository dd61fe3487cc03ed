import { authorize } from '../platform/authorize.ts';
import { teachLesson } from './actions.ts';
import { readLogRows } from './log-rows.ts';
import { isRight } from './poll-right.ts';
import { selectPoll, selectPollAnswers, type PollAnswer, type PollRow } from './queries-polls.ts';
import {
  selectPollIds,
  selectReportedLog,
  selectReportedPresence,
  type ReportedPresence,
} from './queries-report.ts';
import type { LessonCard } from './queries-lesson.ts';
import { roomNotFound } from './refusals.ts';
import type { Rooms } from './rooms.ts';
import { lessonCard } from './service-join.ts';
import { requireTeaching, rightOf } from './service-polls.ts';
import type { InRoom } from './service-talk.ts';
import { decodeJsonRow, type PollRight, type TalkRow } from './wire.ts';

/** What a pupil did in a lesson besides listening. */
export interface TakenPart {
  /** Raised a hand so often. */
  readonly hands: number;
  /** Lines written in the chat. */
  readonly lines: number;
  /** Called by lot so often. */
  readonly called: number;
  /** Pages not followed, in their order. */
  readonly lostPages: readonly number[];
}

export interface LessonReport {
  readonly lesson: LessonCard;
  readonly timeZone: string;
  /** Null: it still runs. */
  readonly endedAt: Date | null;
  readonly taughtSeconds: number;
  readonly rollCalls: number;
  readonly pupils: readonly (ReportedPresence & TakenPart)[];
  readonly polls: readonly (PollRow & {
    readonly right: PollRight;
    readonly answers: readonly (PollAnswer & {
      readonly personId: string;
      /** Null: the question has no right answer. */
      readonly isRight: boolean | null;
    })[];
  })[];
  /** Pages that pupils did not follow, most pupils first. */
  readonly pages: readonly { readonly pageN: number; readonly lost: number }[];
}

/**
 * A lesson as its teacher looks back on it: who was there when, who answered what, which pages hurt. Read from the
 * lesson's log and rows, so it is the same whenever it is asked, as long as the recording is kept.
 *
 * @throws {AppError} 403 `not_allowed` for everybody but the teachers and assistants of the lesson; 404.
 */
export async function lessonReport(rooms: Rooms, who: InRoom): Promise<LessonReport> {
  const { db } = rooms.ctx;
  await authorize(db, who.actor, teachLesson, who.key);
  await requireTeaching(rooms, who);
  const [lesson, log] = await Promise.all([lessonCard(rooms, who.key), selectReportedLog(db, who.key)]);
  if (lesson === undefined || log === undefined) throw roomNotFound();
  await rooms.hub.flushSeen({ lessonId: who.key.lessonId });
  const presence = await selectReportedPresence(db, who.key);
  const talk = tallyTalk(await readTalk(rooms, log.logId));
  const polls = [];
  for (const id of await selectPollIds(db, who.key)) {
    const poll = await selectPoll(db, who.key, id);
    if (poll === undefined) continue;
    const right = rightOf(poll);
    const answers = await selectPollAnswers(db, id);
    polls.push({
      ...poll,
      right,
      answers: answers.map((answer) => ({ ...answer, isRight: isRight(right, answer) })),
    });
  }
  return {
    lesson,
    timeZone: log.timeZone,
    endedAt: log.endedAt,
    taughtSeconds: Math.floor(log.taughtMs / 1000),
    rollCalls: log.rollCalls,
    pupils: presence.map((pupil) => ({ ...pupil, ...(talk.of.get(pupil.personId) ?? tookNoPart) })),
    polls,
    pages: talk.pages,
  };
}

const tookNoPart: TakenPart = { hands: 0, lines: 0, called: 0, lostPages: [] };

/** Pure: what each person did, and the pages that were not followed in the end, from the talk of a lesson. */
export function tallyTalk(rows: readonly TalkRow[]): {
  of: ReadonlyMap<string, TakenPart>;
  pages: LessonReport['pages'];
} {
  const of = new Map<string, { hands: number; lines: number; called: number; lost: Set<number> }>();
  const one = (personId: string) => {
    const part = of.get(personId) ?? { hands: 0, lines: 0, called: 0, lost: new Set<number>() };
    of.set(personId, part);
    return part;
  };
  for (const row of rows) {
    if (row.kind === 'hand' && row.up) one(row.personId).hands += 1;
    else if (row.kind === 'chat') one(row.personId).lines += 1;
    else if (row.kind === 'called') one(row.personId).called += 1;
    else if (row.kind === 'lost') one(row.personId).lost[row.takenBack ? 'delete' : 'add'](row.pageN);
  }
  const lost = new Map<number, number>();
  for (const part of of.values()) for (const pageN of part.lost) lost.set(pageN, (lost.get(pageN) ?? 0) + 1);
  return {
    of: new Map(
      [...of].map(([personId, { lost: pages, ...part }]) => [
        personId,
        { ...part, lostPages: [...pages].toSorted((a, b) => a - b) },
      ]),
    ),
    pages: [...lost]
      .map(([pageN, count]) => ({ pageN, lost: count }))
      .toSorted((a, b) => b.lost - a.lost || a.pageN - b.pageN),
  };
}

const ROWS_AT_ONCE = 2000;

async function readTalk(rooms: Rooms, logId: string): Promise<TalkRow[]> {
  const talk: TalkRow[] = [];
  for (let from = 1; ;) {
    const rows = await readLogRows(rooms.store, logId, 'talk', from, ROWS_AT_ONCE);
    for (const row of rows) talk.push(decodeJsonRow<TalkRow>(row.bytes));
    if (rows.length < ROWS_AT_ONCE) return talk;
    from = rows.at(-1)!.n + 1;
  }
}
