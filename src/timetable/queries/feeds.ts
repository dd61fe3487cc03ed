import { sql } from 'kysely';
import type { Granted } from '../../platform/authorize.ts';
import type { Db, Trx } from '../../platform/database.ts';
import type { LessonFilter } from './read.ts';

/** Whose lessons a feed carries; `pupilId` and `classId` both null: the owner's own as a teacher. */
export interface FeedSubject {
  readonly pupilId: string | null;
  readonly classId: string | null;
}

export interface FeedRow extends FeedSubject {
  readonly id: string;
  readonly ownerId: string;
  readonly secretCipher: Buffer;
  readonly createdAt: Date;
}

const feedColumns = sql`f.id, f.owner_id AS "ownerId", f.pupil_id AS "pupilId", f.class_id AS "classId",
  f.secret_cipher AS "secretCipher", f.created_at AS "createdAt"`;

/** A person's standing feeds, the newest first. */
export async function selectFeeds(db: Db, _granted: Granted, ownerId: string): Promise<FeedRow[]> {
  const { rows } = await sql<FeedRow>`
    SELECT ${feedColumns} FROM calendar_feeds f
    WHERE f.owner_id = ${ownerId} AND f.revoked_at IS NULL ORDER BY f.created_at DESC`.execute(db);
  return rows;
}

/** Keeps a new feed, or leaves the one that stands for the same lessons. */
export async function ensureFeed(
  trx: Trx,
  feed: FeedSubject & {
    readonly ownerId: string;
    readonly secretHash: Buffer;
    readonly secretCipher: Buffer;
    readonly keyId: string;
  },
): Promise<void> {
  const kind = feed.classId ? 'class' : feed.pupilId ? 'pupil' : 'teacher';
  await sql`
    INSERT INTO calendar_feeds (owner_id, kind, pupil_id, class_id, secret_hash, secret_cipher, key_id)
    VALUES (${feed.ownerId}, ${kind}, ${feed.pupilId}, ${feed.classId}, ${feed.secretHash}, ${feed.secretCipher}, ${feed.keyId})
    ON CONFLICT DO NOTHING`.execute(trx);
}

/** Takes a feed of this owner back. @returns whether this owner has, or had, it. */
export async function revokeFeed(
  trx: Trx,
  { feedId, ownerId }: { feedId: string; ownerId: string },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    UPDATE calendar_feeds SET revoked_at = coalesce(revoked_at, clock_timestamp())
    WHERE id = ${feedId} AND owner_id = ${ownerId}`.execute(trx);
  return (numAffectedRows ?? 0n) > 0n;
}

export interface OpenFeed extends FeedRow {
  readonly schoolId: string;
  readonly name: string;
}

/**
 * The feed of a secret, while its owner still stands as when it was made: an active account, and still the pupil, a
 * guardian of the pupil, staff of the school, or in the class.
 */
export async function selectOptionalOpenFeed(
  db: Db,
  { secretHash, today }: { secretHash: Buffer; today: string },
): Promise<OpenFeed | undefined> {
  const { rows } = await sql<OpenFeed>`
    SELECT ${feedColumns},
      coalesce(class.school_id, pupil.home_org_id, staff.school_id) AS "schoolId",
      coalesce(class.name, pupil.name, owner.name) AS name
    FROM calendar_feeds f
    JOIN persons owner ON owner.id = f.owner_id AND owner.status = 'active'
    JOIN accounts a ON a.person_id = owner.id AND a.status = 'active'
    LEFT JOIN classes class ON class.id = f.class_id
    LEFT JOIN persons pupil ON pupil.id = f.pupil_id AND pupil.status = 'active'
    LEFT JOIN LATERAL (
      SELECT s.school_id FROM current_appointments c JOIN org_scope s ON s.org_id = c.org_id
      WHERE c.person_id = f.owner_id AND s.school_id IS NOT NULL AND (class.id IS NULL OR s.school_id = class.school_id)
      ORDER BY s.school_id LIMIT 1
    ) staff ON true
    WHERE f.secret_hash = ${secretHash} AND f.revoked_at IS NULL AND CASE f.kind
      WHEN 'teacher' THEN staff.school_id IS NOT NULL
      WHEN 'pupil' THEN pupil.id IS NOT NULL AND (f.pupil_id = f.owner_id OR EXISTS (SELECT FROM guardianships g
        WHERE g.pupil_id = f.pupil_id AND g.guardian_id = f.owner_id AND g.during @> ${today}::date))
      ELSE staff.school_id IS NOT NULL OR EXISTS (SELECT FROM enrollments e
        LEFT JOIN guardianships g ON g.pupil_id = e.person_id AND g.guardian_id = f.owner_id AND g.during @> ${today}::date
        WHERE e.class_id = f.class_id AND e.during @> ${today}::date AND (e.person_id = f.owner_id OR g.pupil_id IS NOT NULL))
      END`.execute(db);
  return rows[0];
}

export interface LessonLine {
  readonly lessonId: string;
  /** The lesson as it was first published, before any move. */
  readonly rootId: string;
  /** How often it and its earlier places changed. */
  readonly changes: number;
}

/** First place and number of changes of lessons that were moved between days. */
export async function selectLessonLines(
  db: Db,
  lessons: readonly { readonly day: string; readonly lessonId: string }[],
): Promise<Map<string, LessonLine>> {
  const { rows } = await sql<LessonLine>`
    WITH RECURSIVE line AS (
      SELECT l.id AS lesson_id, l.id AS root_id, l.moved_from_day, l.moved_from_id, l.version AS changes
      FROM unnest(${lessons.map(({ day }) => day)}::date[], ${lessons.map(({ lessonId }) => lessonId)}::uuid[]) AS asked(day, id)
      JOIN lessons l ON l.school_day = asked.day AND l.id = asked.id
      UNION ALL
      SELECT line.lesson_id, l.id, l.moved_from_day, l.moved_from_id, line.changes + l.version
      FROM line JOIN lessons l ON l.school_day = line.moved_from_day AND l.id = line.moved_from_id
    )
    SELECT lesson_id AS "lessonId", root_id AS "rootId", changes FROM line WHERE moved_from_id IS NULL`.execute(
    db,
  );
  return new Map(rows.map((row) => [row.lessonId, row]));
}

/** When anything published by a school last changed; null before its first publication. */
export async function selectLastChange(db: Db, schoolId: string): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    SELECT max(changed_at) AS at FROM plan_changes WHERE school_id = ${schoolId}`.execute(db);
  return rows[0]?.at ?? null;
}

/** The lessons a feed is about. */
export function lessonFilterOf(
  { classId, pupilId, ownerId }: FeedRow,
  days: { firstDay: string; lastDay: string },
): LessonFilter {
  if (classId !== null) return { ...days, classId };
  return pupilId === null ? { ...days, teacherId: ownerId } : { ...days, pupilId };
}
