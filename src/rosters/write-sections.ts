import { sql } from 'kysely';
import type { Trx } from '../platform/database.ts';
import type { SectionPlan } from './rules/sections.ts';

/** Members a statement takes at once. */
const CHUNK = 5_000;

/**
 * Stages the classes and members of a checked set.
 *
 * Runs after the rows: people whom the import makes have their ids there.
 *
 * @param homeroomIds - ids of homeroom classes by key, of those that exist and of those that the import makes.
 */
export async function insertSections(
  trx: Trx,
  draftId: string,
  plan: SectionPlan,
  homeroomIds: ReadonlyMap<string, string>,
): Promise<void> {
  if (plan.sections.length === 0 && plan.members.length === 0) return;
  const fresh = plan.sections.filter(
    ({ section, classId }) => classId === null && !homeroomIds.has(section.class?.key ?? ''),
  );
  const { rows: made } = await sql<{ id: string }>`
    SELECT uuidv7() AS id FROM generate_series(1, ${fresh.length}::int)
  `.execute(trx);
  const freshIds = new Map(fresh.map(({ section }, i) => [section.key, made[i]?.id ?? '']));
  const ids = new Map(
    plan.sections.map(({ section, classId }) => [
      section.key,
      classId ?? homeroomIds.get(section.class?.key ?? '') ?? freshIds.get(section.key) ?? '',
    ]),
  );
  const sections = plan.sections.map(({ section, outcome, nameBefore }, i) => ({
    n: i + 1,
    outcome,
    class_id: ids.get(section.key),
    kind: section.kind,
    name: section.name,
    name_before: nameBefore,
    course_code: section.course?.code ?? null,
    course_title: section.course?.title ?? null,
    subject: section.course?.subject ?? null,
    year_group: section.yearGroup,
    class_no: section.class?.classNo ?? null,
    term_id: section.termId,
    ends_on: section.endsOn,
    external_id: section.externalId,
  }));
  await sql`
    INSERT INTO roster_draft_sections (draft_id, n, outcome, class_id, kind, name, name_before, course_code, course_title,
      subject, year_group, class_no, term_id, ends_on, external_id)
    SELECT ${draftId}, t.* FROM json_to_recordset(${JSON.stringify(sections)}::json) AS t(n int, outcome text, class_id uuid,
      kind text, name text, name_before text, course_code text, course_title text, subject text, year_group text,
      class_no smallint, term_id uuid, ends_on date, external_id text)
  `.execute(trx);
  for (let from = 0; from < plan.members.length; from += CHUNK) {
    const members = plan.members.slice(from, from + CHUNK).map((member, i) => ({
      n: from + i + 1,
      outcome: member.outcome,
      class_id: member.classId ?? ids.get(member.sectionKey),
      person_id: member.personId,
      number: member.number.toLowerCase(),
      role: member.role,
    }));
    // Somebody whose row must be corrected first has no id yet; nothing is imported before that anyway.
    await sql`
      INSERT INTO roster_draft_members (draft_id, n, outcome, class_id, person_id, role)
      SELECT ${draftId}, m.n, m.outcome, m.class_id, coalesce(m.person_id, r.person_id), m.role
      FROM json_to_recordset(${JSON.stringify(members)}::json) AS m(n int, outcome text, class_id uuid, person_id uuid,
        number text, role text)
      LEFT JOIN roster_draft_rows r ON m.person_id IS NULL AND r.draft_id = ${draftId} AND lower(r.number) = m.number
        AND r.outcome <> 'blocked'
      WHERE coalesce(m.person_id, r.person_id) IS NOT NULL
    `.execute(trx);
  }
}

/** What a plan would do with classes and members, as screens and the command line say it. */
export function sectionCounts(plan: SectionPlan) {
  const sections = (outcome: string) =>
    plan.sections.filter((one) => one.outcome === outcome && one.section.kind === 'scheduled').length;
  const members = (outcome: string) => plan.members.filter((one) => one.outcome === outcome).length;
  return {
    sections: {
      created: sections('created'),
      changed: sections('changed'),
      unchanged: sections('unchanged'),
      ended: sections('ended'),
    },
    members: { created: members('created'), unchanged: members('unchanged'), ended: members('ended') },
  };
}
