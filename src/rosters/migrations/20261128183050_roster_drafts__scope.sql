-- What a school hands in: names and numbers of families before they are confirmed, and where they are fetched from.
ALTER TABLE roster_drafts ENABLE ROW LEVEL SECURITY;
CREATE POLICY roster_drafts_in_scope ON roster_drafts USING (school_id = ANY ((SELECT app_scope())::uuid[]));

ALTER TABLE roster_draft_rows ENABLE ROW LEVEL SECURITY;
CREATE POLICY roster_draft_rows_in_scope ON roster_draft_rows
  USING (EXISTS (SELECT FROM roster_drafts d WHERE d.id = roster_draft_rows.draft_id));

ALTER TABLE roster_draft_problems ENABLE ROW LEVEL SECURITY;
CREATE POLICY roster_draft_problems_in_scope ON roster_draft_problems
  USING (EXISTS (SELECT FROM roster_drafts d WHERE d.id = roster_draft_problems.draft_id));

ALTER TABLE roster_draft_leaving ENABLE ROW LEVEL SECURITY;
CREATE POLICY roster_draft_leaving_in_scope ON roster_draft_leaving
  USING (EXISTS (SELECT FROM roster_drafts d WHERE d.id = roster_draft_leaving.draft_id));

ALTER TABLE roster_draft_sections ENABLE ROW LEVEL SECURITY;
CREATE POLICY roster_draft_sections_in_scope ON roster_draft_sections
  USING (EXISTS (SELECT FROM roster_drafts d WHERE d.id = roster_draft_sections.draft_id));

ALTER TABLE roster_draft_guardians ENABLE ROW LEVEL SECURITY;
CREATE POLICY roster_draft_guardians_in_scope ON roster_draft_guardians
  USING (EXISTS (SELECT FROM roster_drafts d WHERE d.id = roster_draft_guardians.draft_id));

ALTER TABLE roster_draft_members ENABLE ROW LEVEL SECURITY;
CREATE POLICY roster_draft_members_in_scope ON roster_draft_members
  USING (EXISTS (SELECT FROM roster_drafts d WHERE d.id = roster_draft_members.draft_id));

ALTER TABLE roster_syncs ENABLE ROW LEVEL SECURITY;
CREATE POLICY roster_syncs_in_scope ON roster_syncs USING (school_id = ANY ((SELECT app_scope())::uuid[]));

ALTER TABLE roster_sync_runs ENABLE ROW LEVEL SECURITY;
CREATE POLICY roster_sync_runs_in_scope ON roster_sync_runs USING (school_id = ANY ((SELECT app_scope())::uuid[]));

ALTER TABLE roster_headings ENABLE ROW LEVEL SECURITY;
CREATE POLICY roster_headings_in_scope ON roster_headings USING (school_id = ANY ((SELECT app_scope())::uuid[]));
