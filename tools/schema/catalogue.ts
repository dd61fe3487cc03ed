import type { Pool } from 'pg';

// Each query gives one column `text`, one row per thing, in an order that does not depend on the run.
// Left out everywhere: what belongs to an extension, partitions (they are made by the calendar), and
// the migrator's own tables.
const ownRelations = `
  c.relnamespace = 'public'::regnamespace AND NOT c.relispartition AND c.relname NOT LIKE 'schema\\_%'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')`;

const extensions = `
  SELECT format('CREATE EXTENSION %I;', extname) AS text
  FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY extname`;

const types = `
  SELECT CASE t.typtype
    WHEN 'd' THEN format('CREATE DOMAIN %I AS %s%s;', t.typname, format_type(t.typbasetype, t.typtypmod),
      coalesce((SELECT string_agg(' ' || pg_get_constraintdef(k.oid), '' ORDER BY k.conname)
                FROM pg_constraint k WHERE k.contypid = t.oid), ''))
    ELSE format('CREATE TYPE %I AS ENUM (%s);', t.typname,
      (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
       FROM pg_enum e WHERE e.enumtypid = t.oid)) END AS text
  FROM pg_type t
  WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('d', 'e')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e')
  ORDER BY t.typname`;

const tables = `
  SELECT format(E'CREATE TABLE %I (\\n%s\\n)%s%s;%s%s', c.relname,
    (SELECT string_agg('  ' || line, E',\\n' ORDER BY part, rank, line) FROM (
      SELECT 1 AS part, a.attnum::int AS rank, concat_ws(' ', quote_ident(a.attname),
        format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attgenerated = 's' THEN format('GENERATED ALWAYS AS (%s) STORED', pg_get_expr(d.adbin, d.adrelid))
             WHEN a.attgenerated = 'v' THEN format('GENERATED ALWAYS AS (%s)', pg_get_expr(d.adbin, d.adrelid))
             WHEN a.attidentity <> '' THEN 'GENERATED AS IDENTITY'
             WHEN d.adbin IS NOT NULL THEN 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) END,
        CASE WHEN a.attnotnull THEN 'NOT NULL' END) AS line
      FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      UNION ALL
      SELECT 2, 0, format('CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid, true))
      FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'f', 'c', 'x')
    ) AS lines),
    CASE WHEN c.relkind = 'p' THEN ' PARTITION BY ' || pg_get_partkeydef(c.oid) END,
    CASE WHEN c.reloptions IS NOT NULL THEN ' WITH (' || array_to_string(c.reloptions, ', ') || ')' END,
    CASE WHEN c.relrowsecurity THEN format(E'\\nALTER TABLE %I ENABLE ROW LEVEL SECURITY;', c.relname) END,
    CASE WHEN c.relforcerowsecurity THEN format(E'\\nALTER TABLE %I FORCE ROW LEVEL SECURITY;', c.relname) END) AS text
  FROM pg_class c WHERE c.relkind IN ('r', 'p') AND ${ownRelations} ORDER BY c.relname`;

const comments = `
  SELECT format('COMMENT ON %s IS %L;', target, description) AS text FROM (
    SELECT c.relname, coalesce(a.attnum, 0) AS n, CASE WHEN a.attname IS NULL
        THEN CASE c.relkind WHEN 'v' THEN 'VIEW ' ELSE 'TABLE ' END || quote_ident(c.relname)
        ELSE format('COLUMN %I.%I', c.relname, a.attname) END AS target, d.description
    FROM pg_class c JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0
    WHERE c.relkind IN ('r', 'p', 'v') AND ${ownRelations}) AS described
  ORDER BY relname, n`;

const indexes = `
  SELECT pg_get_indexdef(i.indexrelid) || ';' AS text
  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
  WHERE ${ownRelations} AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = c.oid)
  ORDER BY x.relname`;

const functions = `
  SELECT rtrim(pg_get_functiondef(p.oid), E'\\n') || ';' AS text
  FROM pg_proc p
  WHERE p.pronamespace = 'public'::regnamespace AND p.prokind IN ('f', 'p')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  ORDER BY p.proname, pg_get_function_identity_arguments(p.oid)`;

const views = `
  SELECT format(E'CREATE VIEW %I AS\\n%s', c.relname, pg_get_viewdef(c.oid, true)) AS text
  FROM pg_class c WHERE c.relkind IN ('v', 'm') AND ${ownRelations} ORDER BY c.relname`;

const triggers = `
  SELECT pg_get_triggerdef(t.oid, true) || ';' AS text
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
  WHERE NOT t.tgisinternal AND ${ownRelations} ORDER BY c.relname, t.tgname`;

const policies = `
  SELECT format('CREATE POLICY %I ON %I AS %s FOR %s TO %s%s%s;', policyname, tablename, permissive, cmd,
    array_to_string(roles, ', '), ' USING (' || qual || ')', ' WITH CHECK (' || with_check || ')') AS text
  FROM pg_policies WHERE schemaname = 'public' ORDER BY tablename, policyname`;

const grants = `
  SELECT format('-- %s: %s', c.relname, array_to_string(c.relacl, ' ')) AS text
  FROM pg_class c WHERE c.relacl IS NOT NULL AND ${ownRelations} ORDER BY c.relname`;

const sections = [
  ['Extensions', extensions],
  ['Types', types],
  ['Tables', tables],
  ['Comments: sensitivity and purpose of columns', comments],
  ['Indexes', indexes],
  ['Functions', functions],
  ['Views', views],
  ['Triggers', triggers],
  ['Row-level security', policies],
  ['Rights', grants],
] as const;

/** The schema of a database as SQL text, the same for the same schema. Written for reading, not for loading. */
export async function schemaText(pool: Pool): Promise<string> {
  const parts = [
    '-- Written by `npm run schema` from the catalogue of a freshly migrated database. Do not edit.',
  ];
  for (const [title, query] of sections) {
    const { rows } = await pool.query<{ text: string }>(query);
    if (rows.length === 0) continue;
    const separator = title === 'Tables' || title === 'Functions' || title === 'Views' ? '\n\n' : '\n';
    parts.push(`-- ${title}`, rows.map((row) => row.text).join(separator));
  }
  return `${parts.join('\n\n')}\n`;
}
