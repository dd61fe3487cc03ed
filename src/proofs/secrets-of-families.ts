import { sql } from 'kysely';
import type { ServerContext } from '../platform/context.ts';
import { sealReach } from '../orgs/service-officers.ts';
import { sealContact } from '../people/contacts.ts';
import { CANARY, type Tenant } from './tenants.ts';

const number = '5559042';
/** What must not come out: a word in every text of the protected tables, and the number of a family, whole and its end. */
export const planted: readonly string[] = [CANARY, number];

/** Puts a row of the school into every protected table, and the canary into every text of theirs. */
export async function plantInProtected({ db, secrets }: ServerContext, { ids }: Tenant): Promise<void> {
  const { schoolId, pupilId, guardianId, draftId, followUpId, contestId, classId, adultId } = ids;
  const { cipher, keyId, tail } = sealContact(secrets, number);
  await sql`INSERT INTO contacts (person_id, purpose, cipher, key_id, tail) VALUES (${guardianId}, 'followUp', ${cipher}, ${keyId}, ${tail})
    ON CONFLICT (person_id, purpose) DO UPDATE SET cipher = excluded.cipher, key_id = excluded.key_id, tail = excluded.tail`.execute(
    db,
  );
  await sql`INSERT INTO consents (person_id, purpose, answer, notice_version, channel, guardian_id, recorder_id, recorded_at)
    VALUES (${pupilId}, 'chat', 'given', 1, 'paper', ${guardianId}, ${adultId}, app_now())`.execute(db);
  await sql`UPDATE follow_ups SET reason = 'noDevice' WHERE id = ${followUpId}`.execute(db);
  await sql`UPDATE contact_log SET note = ${CANARY} WHERE follow_up_id = ${followUpId}`.execute(db);
  await sql`UPDATE contests SET note = ${CANARY} WHERE id = ${contestId}`.execute(db);
  await sql`UPDATE roster_drafts SET file_name = ${`${CANARY}.xlsx`} WHERE id = ${draftId}`.execute(db);
  await sql`INSERT INTO roster_draft_rows (draft_id, n, sheet, row, kind, outcome, number, name, class_id, class_name, enters_class,
      guardian_name, before, given)
    VALUES (${draftId}, 1, ${CANARY}, 2, 'pupil', 'created', ${CANARY}, ${CANARY}, ${classId}, ${CANARY}, true, ${CANARY}, '{}',
      ${JSON.stringify([CANARY])})`.execute(db);
  await sql`INSERT INTO roster_draft_problems (draft_id, n, code, severity, sheet, row, column_no, params, suggestion)
    VALUES (${draftId}, 1, 'roster_name_missing', 'look', ${CANARY}, 2, 1, ${JSON.stringify({ name: CANARY })}, ${CANARY})`.execute(
    db,
  );
  await sql`INSERT INTO roster_draft_leaving (draft_id, person_id) VALUES (${draftId}, ${pupilId})`.execute(
    db,
  );
  await sql`INSERT INTO roster_draft_sections (draft_id, n, outcome, class_id, kind, name)
    VALUES (${draftId}, 1, 'unchanged', ${classId}, 'homeroom', ${CANARY})`.execute(db);
  await sql`INSERT INTO roster_draft_members (draft_id, n, outcome, class_id, person_id, role)
    VALUES (${draftId}, 1, 'unchanged', ${classId}, ${pupilId}, 'pupil')`.execute(db);
  await sql`INSERT INTO roster_draft_guardians (draft_id, row_n, n, name, cipher, key_id, tail, hash, external_id)
    VALUES (${draftId}, 1, 1, ${CANARY}, ${cipher}, ${keyId}, ${tail}, ${cipher}, ${CANARY})`.execute(db);
  const officer = sealReach(secrets, { phone: number, email: '' });
  await sql`INSERT INTO unit_officers (org_id, role, name, department, post, cipher, key_id, filled_on)
    VALUES (${schoolId}, 'liaison', ${CANARY}, ${CANARY}, ${CANARY}, ${officer.cipher}, ${officer.keyId}, app_now()::date)`.execute(
    db,
  );
  await sql`INSERT INTO roster_headings (school_id, heading, plain, field) VALUES (${schoolId}, ${CANARY}, ${CANARY}, 'name')`.execute(
    db,
  );
  await sql`INSERT INTO roster_syncs (school_id, kind, address_shown, hour, max_leaving_percent, max_changed_percent, leaving_act)
    VALUES (${schoolId}, 'folder', ${CANARY}, 5, 10, 50, 'keep')`.execute(db);
  await sql`INSERT INTO roster_sync_runs (school_id, by_hand, state, params, day, finished_at)
    VALUES (${schoolId}, false, 'failed', ${JSON.stringify({ name: CANARY })}, app_now()::date, clock_timestamp())`.execute(
    db,
  );
}
