import { createHash, randomBytes } from 'node:crypto';
import { addDays } from '../../calendar/rules/days.ts';
import type { Actor } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { authorize, type Granted } from '../../platform/authorize.ts';
import type { ServerContext } from '../../platform/context.ts';
import { notFound } from '../../platform/errors.ts';
import { say } from '../../platform/i18n/server-words.ts';
import { openFeed, readClassWeek, readOwnDay, readPupilDay } from '../actions.ts';
import {
  ensureFeed,
  lessonFilterOf,
  revokeFeed,
  selectFeeds,
  selectLastChange,
  selectLessonLines,
  selectOptionalOpenFeed,
  type FeedSubject,
} from '../queries/feeds.ts';
import { selectLessonCards, type LessonCardRow } from '../queries/read.ts';
import { icalendar, type CalendarEvent } from '../rules/icalendar.ts';
import { requireClock } from './plan-state.ts';

/** Purpose of the key a feed's secret is kept under. */
const purpose = 'calendar-feed';
/** A calendar begins this many days ago and ends with what is published. */
const daysBack = 28;
const daysAhead = 200;

/** An address at which a calendar program finds somebody's lessons. */
export interface Feed extends FeedSubject {
  readonly id: string;
  readonly address: string;
  readonly createdAt: string;
}

/** One's own feeds with their addresses. */
export async function ownFeeds(ctx: ServerContext, actor: Actor): Promise<Feed[]> {
  const granted = await authorize(ctx.db, actor, readOwnDay, null);
  if (actor.kind !== 'person') throw notFound();
  return feedsOf(ctx, granted, actor.personId);
}

async function feedsOf(ctx: ServerContext, granted: Granted, ownerId: string): Promise<Feed[]> {
  return (await selectFeeds(ctx.db, granted, ownerId)).map(
    ({ id, pupilId, classId, secretCipher, createdAt }) => ({
      id,
      pupilId,
      classId,
      address: `${ctx.config.publicUrl}/api/calendars/${ctx.secrets.decrypt(purpose, secretCipher)}/lessons.ics`,
      createdAt: createdAt.toISOString(),
    }),
  );
}

/**
 * Makes an address for a child's, a class's or, with neither, one's own lessons; asked again it is the same address.
 *
 * @throws {AppError} 404 when the lessons are not the actor's to see.
 */
export async function subscribe(ctx: ServerContext, actor: Actor, subject: FeedSubject): Promise<Feed> {
  const granted: Granted =
    subject.classId !== null
      ? await authorize(ctx.db, actor, readClassWeek, { classId: subject.classId })
      : subject.pupilId !== null
        ? await authorize(ctx.db, actor, readPupilDay, { personId: subject.pupilId })
        : await authorize(ctx.db, actor, readOwnDay, null);
  if (actor.kind !== 'person') throw notFound();
  const ownerId = actor.personId;
  // Whoever follows lessons names the pupil: themselves, or a child.
  if (subject.classId === null && subject.pupilId === null && !actor.appointment)
    throw notFound('no_pupil', 'There is no pupil whose week could be shown.');
  const secret = randomBytes(16).toString('hex');
  const { cipher, keyId } = ctx.secrets.encrypt(purpose, secret);
  await ctx.db.transaction().execute(async (trx) => {
    await ensureFeed(trx, { ...subject, ownerId, secretHash: hashOf(secret), secretCipher: cipher, keyId });
    await audit(trx, actor, {
      action: 'timetable.subscribe',
      subjectKind: 'person',
      subjectId: subject.pupilId ?? ownerId,
      detail: { classId: subject.classId },
    });
  });
  const feed = (await feedsOf(ctx, granted, ownerId)).find(
    ({ pupilId, classId }) => pupilId === subject.pupilId && classId === subject.classId,
  );
  if (!feed) throw notFound('feed_gone');
  return feed;
}

/**
 * Takes an address back: from now on it is unknown. Twice is once.
 *
 * @throws {AppError} 404 `feed_gone` when the actor never had it.
 */
export async function unsubscribe(
  ctx: ServerContext,
  actor: Actor,
  { feedId }: { feedId: string },
): Promise<void> {
  await authorize(ctx.db, actor, readOwnDay, null);
  if (actor.kind !== 'person') throw notFound();
  const { personId } = actor;
  const isThere = await ctx.db.transaction().execute((trx) => revokeFeed(trx, { feedId, ownerId: personId }));
  if (!isThere) throw notFound('feed_gone', 'This calendar is not there any more.');
}

/**
 * The calendar behind a secret, as iCalendar text.
 *
 * Who has the address may read it; it ends with the owner's account, appointment, guardianship or class.
 *
 * @throws {AppError} 404 `feed_gone` for a secret nobody has, or that was taken back.
 */
export async function readFeed(
  ctx: ServerContext,
  actor: Actor,
  { secret }: { secret: string },
): Promise<{ text: string; etag: string }> {
  const granted = await authorize(ctx.db, actor, openFeed, {});
  const now = ctx.now();
  const feed = await selectOptionalOpenFeed(ctx.db, {
    secretHash: hashOf(secret),
    today: now.toISOString().slice(0, 10),
  });
  if (!feed) throw notFound('feed_gone', 'This calendar is not there any more.');
  const { today } = await requireClock(ctx.db, { schoolId: feed.schoolId, now });
  const days = { firstDay: addDays(today, -daysBack), lastDay: addDays(today, daysAhead) };
  const cards = await selectLessonCards(ctx.db, granted, lessonFilterOf(feed, days));
  const lines = await selectLessonLines(ctx.db, cards);
  const text = icalendar({
    name: say('zh-CN', 'timetable.feed.name', { name: feed.name }),
    revisedAt: (await selectLastChange(ctx.db, feed.schoolId)) ?? feed.createdAt,
    events: cards.map((card) => eventOf(ctx, card, lines.get(card.lessonId))),
  });
  return { text, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` };
}

function eventOf(
  ctx: ServerContext,
  card: LessonCardRow,
  line: { rootId: string; changes: number } | undefined,
): CalendarEvent {
  const classes = card.classes.map(({ name }) => name).join('、');
  return {
    uid: `${line?.rootId ?? card.lessonId}@not-one-less`,
    sequence: (line?.changes ?? card.version) - 1,
    startsAt: card.startsAt,
    endsAt: card.endsAt,
    summary: [card.title, card.leadName].filter(Boolean).join(' · '),
    description: [card.topic, classes].filter(Boolean).join('\n') || null,
    location: card.classroom,
    url: `${ctx.config.publicUrl}/room/${card.day}/${card.lessonId}`,
    isCancelled: card.status === 'cancelled',
  };
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
