/**
 * Tables of names, numbers and notes that a policy guards, each with the column by which its rows are the tested
 * school's. `docs/decisions/0010-row-level-security.md` says how.
 */
export const protectedTables: readonly { readonly table: string; readonly key: string }[] = [
  { table: 'contacts', key: 'person_id' },
  { table: 'consents', key: 'person_id' },
  { table: 'unit_officers', key: 'org_id' },
  { table: 'follow_ups', key: 'person_id' },
  { table: 'contact_log', key: 'follow_up_id' },
  { table: 'cannot_attend', key: 'person_id' },
  { table: 'contests', key: 'school_id' },
  { table: 'roster_drafts', key: 'school_id' },
  { table: 'roster_draft_rows', key: 'draft_id' },
  { table: 'roster_draft_problems', key: 'draft_id' },
  { table: 'roster_draft_leaving', key: 'draft_id' },
  { table: 'roster_draft_sections', key: 'draft_id' },
  { table: 'roster_draft_members', key: 'draft_id' },
  { table: 'roster_draft_guardians', key: 'draft_id' },
  { table: 'roster_headings', key: 'school_id' },
  { table: 'roster_syncs', key: 'school_id' },
  { table: 'roster_sync_runs', key: 'school_id' },
];

/** Tables with columns of grade 3 or 4 (`sensitivity=`) that no policy guards, and why not. */
export const unprotectedTables: Readonly<Record<string, string>> = {
  accounts: 'Read before it is known who asks: signing in, cards, sessions.',
  recovery_codes: 'As accounts: the second step, before it is answered. Hashes only.',
  support_grants: 'As accounts: read before it is known who asks. The secret is a hash; it holds no pupil.',
  calendar_feeds:
    'Found by the secret in an address, by programs that sign in nowhere; the secret is kept encrypted.',
  expectations: 'Ids and states, no names; the bulk of the day (A-10).',
  facts: 'Ids and states, no names; the bulk of the day (A-10).',
  reach_days: 'Ids and states, no names; the bulk of the day (A-10).',
  room_removals: 'Ids only; asked in the statements that carry many people into a room.',
  log_tail:
    'The log of the lesson (A-10): written and read by statements of many people; the relation stands in them.',
  poll_answers: 'As log_tail: answers within a room, by statements that hold the relation themselves.',
  persons: 'Not yet: names are read in every statement.',
};
