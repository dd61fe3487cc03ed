import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { errorCode, type Sentence } from '../start-refusal.ts';

/**
 * What the second wall lacks on this database: the role, the right to act as it, or its rights on our tables; null when it
 * stands. `unbound`: the role passes every policy by itself.
 */
export type WallGap = 'role' | 'membership' | 'rights' | 'unbound';

/** Asks the database whether requests can act as `nol_app`. */
export async function findWallGap(db: Db): Promise<WallGap | null> {
  const { rows } = await sql<{ gap: WallGap | null }>`
    SELECT CASE
      WHEN r.oid IS NULL THEN 'role'
      WHEN NOT pg_has_role(current_user, r.oid, 'SET') THEN 'membership'
      WHEN r.rolsuper OR r.rolbypassrls THEN 'unbound'
      WHEN NOT has_schema_privilege(r.oid, 'public', 'USAGE') OR EXISTS (
        SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')
          AND c.relname NOT LIKE 'schema\\_%' AND NOT has_table_privilege(r.oid, c.oid, 'SELECT')) THEN 'rights'
      END AS gap
    FROM (SELECT 1) AS one LEFT JOIN pg_roles r ON r.rolname = 'nol_app'
  `.execute(db);
  return rows[0]?.gap ?? null;
}

/**
 * Makes the role `nol_app` and gives it what requests need: reading and writing rows, nothing else. Does nothing where that
 * stands, and what it may where the database's user may make no roles (a database of somebody else's).
 *
 * @returns what is still missing.
 */
export async function buildWall(db: Db): Promise<WallGap | null> {
  let gap = await findWallGap(db);
  if (gap === null || gap === 'unbound') return gap;
  if (gap === 'role' && (await isDone(sql`CREATE ROLE nol_app NOLOGIN`.execute(db))))
    gap = await findWallGap(db);
  if (gap === 'membership' && (await isDone(sql`GRANT nol_app TO CURRENT_USER`.execute(db))))
    gap = await findWallGap(db);
  if (gap === 'rights' && (await isDone(grantRights(db)))) gap = await findWallGap(db);
  return gap;
}

async function grantRights(db: Db): Promise<void> {
  await sql`GRANT USAGE ON SCHEMA public TO nol_app`.execute(db);
  await sql`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO nol_app`.execute(db);
  // Tables of later migrations, and months as they are made.
  await sql`ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO nol_app`.execute(
    db,
  );
}

/** Whether it was done, or somebody else did it meanwhile; false where this user may not. */
async function isDone(statement: Promise<unknown>): Promise<boolean> {
  try {
    await statement;
    return true;
  } catch (error) {
    // 42501: may not. 42710, 23505: another process was faster, in another database of the same cluster.
    const code = errorCode(error);
    if (code === '42501') return false;
    if (code === '42710' || code === '23505') return true;
    throw error;
  }
}

/** What is missing and what to do about it, for the log and `nol doctor`. */
export function wallGapSentence(gap: WallGap): Sentence {
  const remedy = {
    role: 'CREATE ROLE nol_app NOLOGIN; GRANT nol_app TO <user>;',
    membership: 'GRANT nol_app TO <user>;',
    rights: 'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO nol_app;',
    unbound: 'ALTER ROLE nol_app NOSUPERUSER NOBYPASSRLS;',
  }[gap];
  return {
    zh: `数据库的行级保护没有生效：请求仍以表的所有者身份运行，只有程序自身的检查在起作用。请由数据库管理员执行：${remedy} 然后重新启动。`,
    en: `The database's row-level protection is not in force: requests run as the owner of the tables, and only the program's own checks hold. Have the database's administrator run: ${remedy} Then start again.`,
  };
}
