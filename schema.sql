-- Written by `npm run schema` from the catalogue of a freshly migrated database. Do not edit.

-- Extensions

CREATE EXTENSION btree_gist;
CREATE EXTENSION ltree;
CREATE EXTENSION pg_trgm;

-- Tables

CREATE TABLE accounts (
  id uuid DEFAULT uuidv7() NOT NULL,
  person_id uuid NOT NULL,
  login_name text NOT NULL,
  password_hash text,
  must_change_password boolean DEFAULT false NOT NULL,
  totp_cipher bytea,
  totp_last_step integer,
  status text DEFAULT 'unclaimed'::text NOT NULL,
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  totp_pending_cipher bytea,
  CONSTRAINT accounts_login_name_key UNIQUE (login_name),
  CONSTRAINT accounts_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id) ON DELETE CASCADE,
  CONSTRAINT accounts_person_id_key UNIQUE (person_id),
  CONSTRAINT accounts_pkey PRIMARY KEY (id),
  CONSTRAINT accounts_status CHECK (status = ANY (ARRAY['unclaimed'::text, 'active'::text, 'disabled'::text]))
);

CREATE TABLE adult_gaps (
  school_day date NOT NULL,
  person_id uuid NOT NULL,
  class_id uuid NOT NULL,
  school_id uuid NOT NULL,
  found_at timestamp with time zone DEFAULT app_now() NOT NULL,
  CONSTRAINT adult_gaps_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id) ON DELETE CASCADE,
  CONSTRAINT adult_gaps_pkey PRIMARY KEY (school_id, person_id),
  CONSTRAINT adult_gaps_school_id_fkey FOREIGN KEY (school_id) REFERENCES orgs(id)
);

CREATE TABLE appointments (
  id uuid DEFAULT uuidv7() NOT NULL,
  person_id uuid NOT NULL,
  org_id uuid NOT NULL,
  role text NOT NULL,
  during daterange NOT NULL,
  CONSTRAINT appointments_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs(id),
  CONSTRAINT appointments_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id) ON DELETE CASCADE,
  CONSTRAINT appointments_person_org_role_key UNIQUE (person_id, org_id, role, during WITHOUT OVERLAPS),
  CONSTRAINT appointments_pkey PRIMARY KEY (id),
  CONSTRAINT appointments_role CHECK (role = ANY (ARRAY['teacher'::text, 'leadTeacher'::text, 'classTeacher'::text, 'counsellor'::text, 'teachingSecretary'::text, 'preparationLead'::text, 'researcher'::text, 'supervisor'::text, 'classRep'::text, 'principal'::text, 'schoolDeputy'::text, 'schoolAdmin'::text, 'bureauOfficer'::text, 'opsStaff'::text, 'guestExpert'::text, 'schoolAuditor'::text]))
);

CREATE TABLE attendance_rules (
  school_id uuid NOT NULL,
  late_minutes smallint NOT NULL,
  left_early_percent smallint NOT NULL,
  made_up_percent smallint NOT NULL,
  day_needs text NOT NULL,
  follow_up_hours smallint NOT NULL,
  help_hours smallint NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  changed_by uuid,
  changed_at timestamp with time zone DEFAULT app_now() NOT NULL,
  holds_from date NOT NULL,
  CONSTRAINT attendance_rules_day_needs CHECK (day_needs = ANY (ARRAY['anyLesson'::text, 'everyLesson'::text])),
  CONSTRAINT attendance_rules_follow_up_hours CHECK (follow_up_hours >= 1 AND follow_up_hours <= 72),
  CONSTRAINT attendance_rules_help_hours CHECK (help_hours >= 1 AND help_hours <= 24),
  CONSTRAINT attendance_rules_late_minutes CHECK (late_minutes >= 0 AND late_minutes <= 60),
  CONSTRAINT attendance_rules_left_early_percent CHECK (left_early_percent >= 1 AND left_early_percent <= 100),
  CONSTRAINT attendance_rules_made_up_percent CHECK (made_up_percent >= 1 AND made_up_percent <= 100),
  CONSTRAINT attendance_rules_pkey PRIMARY KEY (school_id, holds_from),
  CONSTRAINT attendance_rules_school_id_fkey FOREIGN KEY (school_id) REFERENCES orgs(id) ON DELETE CASCADE
);

CREATE TABLE audit_lines (
  id uuid DEFAULT uuidv7() NOT NULL,
  at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  actor_kind text NOT NULL,
  actor_id uuid,
  action text NOT NULL,
  subject_kind text,
  subject_id text,
  org_id uuid,
  reason text,
  detail jsonb DEFAULT '{}'::jsonb NOT NULL,
  seal_no integer,
  CONSTRAINT audit_lines_actor_kind CHECK (actor_kind = ANY (ARRAY['person'::text, 'operator'::text, 'system'::text, 'anonymous'::text])),
  CONSTRAINT audit_lines_pkey PRIMARY KEY (id)
);

CREATE TABLE audit_seals (
  seal_no integer NOT NULL,
  at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  line_count integer NOT NULL,
  previous_hash bytea NOT NULL,
  hash bytea NOT NULL,
  line_ids uuid[] NOT NULL,
  line_hashes bytea[] NOT NULL,
  CONSTRAINT audit_seals_lines_are_counted CHECK (line_count = cardinality(line_ids) AND line_count = cardinality(line_hashes) AND line_count > 0),
  CONSTRAINT audit_seals_pkey PRIMARY KEY (seal_no)
);

CREATE TABLE bell_periods (
  bell_plan_id uuid NOT NULL,
  starts_at_local time without time zone NOT NULL,
  ends_at_local time without time zone NOT NULL,
  period smallint,
  label text,
  CONSTRAINT bell_periods_bell_plan_id_fkey FOREIGN KEY (bell_plan_id) REFERENCES bell_plans(id) ON DELETE CASCADE,
  CONSTRAINT bell_periods_break_has_label CHECK (period IS NOT NULL OR label IS NOT NULL),
  CONSTRAINT bell_periods_ends_after_start CHECK (ends_at_local > starts_at_local),
  CONSTRAINT bell_periods_period CHECK (period >= 1 AND period <= 20),
  CONSTRAINT bell_periods_period_key UNIQUE (bell_plan_id, period),
  CONSTRAINT bell_periods_pkey PRIMARY KEY (bell_plan_id, starts_at_local)
);

CREATE TABLE bell_plans (
  id uuid DEFAULT uuidv7() NOT NULL,
  school_id uuid NOT NULL,
  title text NOT NULL,
  year_groups text[] DEFAULT '{}'::text[] NOT NULL,
  CONSTRAINT bell_plans_pkey PRIMARY KEY (id),
  CONSTRAINT bell_plans_school_id_fkey FOREIGN KEY (school_id) REFERENCES orgs(id),
  CONSTRAINT bell_plans_school_id_title_key UNIQUE (school_id, title),
  CONSTRAINT bell_plans_title_not_blank CHECK (btrim(title) <> ''::text)
);

CREATE TABLE bookings (
  resource_kind text NOT NULL,
  resource_id uuid NOT NULL,
  during tstzrange NOT NULL,
  school_day date NOT NULL,
  lesson_id uuid NOT NULL,
  CONSTRAINT bookings_no_double_use PRIMARY KEY (resource_kind, resource_id, during WITHOUT OVERLAPS) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT bookings_resource_kind CHECK (resource_kind = ANY (ARRAY['teacher'::text, 'class'::text, 'classroom'::text])),
  CONSTRAINT bookings_school_day_lesson_id_fkey FOREIGN KEY (school_day, lesson_id) REFERENCES lessons(school_day, id) ON DELETE CASCADE
);

CREATE TABLE calendar_feeds (
  id uuid DEFAULT uuidv7() NOT NULL,
  owner_id uuid NOT NULL,
  kind text NOT NULL,
  pupil_id uuid,
  class_id uuid,
  secret_hash bytea NOT NULL,
  secret_cipher bytea NOT NULL,
  key_id text NOT NULL,
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  revoked_at timestamp with time zone,
  CONSTRAINT calendar_feeds_class_id_fkey FOREIGN KEY (class_id) REFERENCES classes(id) ON DELETE CASCADE,
  CONSTRAINT calendar_feeds_kind CHECK (kind = ANY (ARRAY['pupil'::text, 'teacher'::text, 'class'::text])),
  CONSTRAINT calendar_feeds_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES persons(id) ON DELETE CASCADE,
  CONSTRAINT calendar_feeds_pkey PRIMARY KEY (id),
  CONSTRAINT calendar_feeds_pupil_id_fkey FOREIGN KEY (pupil_id) REFERENCES persons(id) ON DELETE CASCADE,
  CONSTRAINT calendar_feeds_subject CHECK ((kind = 'pupil'::text) = (pupil_id IS NOT NULL) AND (kind = 'class'::text) = (class_id IS NOT NULL))
);

CREATE TABLE cannot_attend (
  id uuid DEFAULT uuidv7() NOT NULL,
  person_id uuid NOT NULL,
  school_day date NOT NULL,
  planned_id uuid,
  reason text NOT NULL,
  told_by uuid NOT NULL,
  told_at timestamp with time zone NOT NULL,
  withdrawn_at timestamp with time zone,
  follow_up_id uuid NOT NULL,
  CONSTRAINT cannot_attend_follow_up_id_fkey FOREIGN KEY (follow_up_id) REFERENCES follow_ups(id) ON DELETE CASCADE,
  CONSTRAINT cannot_attend_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id) ON DELETE CASCADE,
  CONSTRAINT cannot_attend_pkey PRIMARY KEY (id),
  CONSTRAINT cannot_attend_reason CHECK (reason = ANY (ARRAY['noDevice'::text, 'noNetwork'::text, 'noData'::text, 'sharedPhone'::text, 'ill'::text, 'other'::text])),
  CONSTRAINT cannot_attend_told_by_fkey FOREIGN KEY (told_by) REFERENCES persons(id)
);
ALTER TABLE cannot_attend ENABLE ROW LEVEL SECURITY;

CREATE TABLE care_duties (
  id uuid DEFAULT uuidv7() NOT NULL,
  pupil_id uuid,
  class_id uuid,
  org_id uuid,
  year_group text,
  adult_id uuid NOT NULL,
  deputy_id uuid,
  during daterange NOT NULL,
  CONSTRAINT care_duties_adult_id_fkey FOREIGN KEY (adult_id) REFERENCES persons(id),
  CONSTRAINT care_duties_adult_not_deputy CHECK (adult_id <> deputy_id),
  CONSTRAINT care_duties_deputy_id_fkey FOREIGN KEY (deputy_id) REFERENCES persons(id),
  CONSTRAINT care_duties_one_scope CHECK (num_nonnulls(pupil_id, class_id, org_id) = 1),
  CONSTRAINT care_duties_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs(id),
  CONSTRAINT care_duties_pkey PRIMARY KEY (id),
  CONSTRAINT care_duties_pupil_id_fkey FOREIGN KEY (pupil_id) REFERENCES persons(id) ON DELETE CASCADE
);

CREATE TABLE claims (
  id uuid DEFAULT uuidv7() NOT NULL,
  account_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  spoken_hash bytea NOT NULL,
  purpose text DEFAULT 'claim'::text NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  used_at timestamp with time zone,
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT claims_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  CONSTRAINT claims_pkey PRIMARY KEY (id),
  CONSTRAINT claims_purpose CHECK (purpose = ANY (ARRAY['claim'::text, 'reset'::text])),
  CONSTRAINT claims_token_hash_key UNIQUE (token_hash)
);

CREATE TABLE class_compositions (
  class_id uuid NOT NULL,
  homeroom_id uuid NOT NULL,
  CONSTRAINT class_compositions_class_id_fkey FOREIGN KEY (class_id) REFERENCES classes(id) ON DELETE CASCADE,
  CONSTRAINT class_compositions_homeroom_id_fkey FOREIGN KEY (homeroom_id) REFERENCES classes(id) ON DELETE CASCADE,
  CONSTRAINT class_compositions_of_another CHECK (class_id <> homeroom_id),
  CONSTRAINT class_compositions_pkey PRIMARY KEY (class_id, homeroom_id)
);

CREATE TABLE class_exemptions (
  class_id uuid NOT NULL,
  person_id uuid NOT NULL,
  CONSTRAINT class_exemptions_class_id_fkey FOREIGN KEY (class_id) REFERENCES classes(id) ON DELETE CASCADE,
  CONSTRAINT class_exemptions_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id) ON DELETE CASCADE,
  CONSTRAINT class_exemptions_pkey PRIMARY KEY (class_id, person_id)
);

CREATE TABLE classes (
  id uuid DEFAULT uuidv7() NOT NULL,
  school_id uuid NOT NULL,
  org_id uuid NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  course_id uuid,
  term_id uuid,
  year_group text,
  class_no smallint,
  during daterange NOT NULL,
  CONSTRAINT classes_course_id_fkey FOREIGN KEY (course_id) REFERENCES courses(id),
  CONSTRAINT classes_kind CHECK (kind = ANY (ARRAY['homeroom'::text, 'scheduled'::text])),
  CONSTRAINT classes_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs(id),
  CONSTRAINT classes_pkey PRIMARY KEY (id),
  CONSTRAINT classes_scheduled_has_course CHECK (kind = 'homeroom'::text OR course_id IS NOT NULL),
  CONSTRAINT classes_school_id_fkey FOREIGN KEY (school_id) REFERENCES orgs(id),
  CONSTRAINT classes_school_kind_name_key UNIQUE (school_id, kind, name, during WITHOUT OVERLAPS),
  CONSTRAINT classes_term_id_fkey FOREIGN KEY (term_id) REFERENCES terms(id)
);

CREATE TABLE classrooms (
  id uuid DEFAULT uuidv7() NOT NULL,
  school_id uuid NOT NULL,
  name text NOT NULL,
  CONSTRAINT classrooms_pkey PRIMARY KEY (id),
  CONSTRAINT classrooms_school_id_fkey FOREIGN KEY (school_id) REFERENCES orgs(id),
  CONSTRAINT classrooms_school_id_name_key UNIQUE (school_id, name)
);

CREATE TABLE clock (
  only_row boolean DEFAULT true NOT NULL,
  clock_offset interval DEFAULT '00:00:00'::interval NOT NULL,
  CONSTRAINT clock_only_row CHECK (only_row),
  CONSTRAINT clock_pkey PRIMARY KEY (only_row)
);

CREATE TABLE consent_notices (
  version smallint NOT NULL,
  since timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT consent_notices_pkey PRIMARY KEY (version)
);

CREATE TABLE consents (
  id uuid DEFAULT uuidv7() NOT NULL,
  person_id uuid NOT NULL,
  purpose text NOT NULL,
  answer text NOT NULL,
  notice_version smallint NOT NULL,
  channel text NOT NULL,
  guardian_id uuid,
  recorder_id uuid,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT consents_answer CHECK (answer = ANY (ARRAY['given'::text, 'refused'::text, 'withdrawn'::text])),
  CONSTRAINT consents_channel CHECK (channel = ANY (ARRAY['online'::text, 'paper'::text, 'phone'::text])),
  CONSTRAINT consents_guardian_id_fkey FOREIGN KEY (guardian_id) REFERENCES persons(id),
  CONSTRAINT consents_notice_version_fkey FOREIGN KEY (notice_version) REFERENCES consent_notices(version),
  CONSTRAINT consents_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id),
  CONSTRAINT consents_pkey PRIMARY KEY (id),
  CONSTRAINT consents_purpose CHECK (purpose = 'chat'::text)
);
ALTER TABLE consents ENABLE ROW LEVEL SECURITY;

CREATE TABLE contact_log (
  id uuid DEFAULT uuidv7() NOT NULL,
  follow_up_id uuid NOT NULL,
  school_day date NOT NULL,
  at timestamp with time zone DEFAULT app_now() NOT NULL,
  by_person_id uuid NOT NULL,
  means text NOT NULL,
  outcome text NOT NULL,
  reason text,
  note text,
  CONSTRAINT contact_log_by_person_id_fkey FOREIGN KEY (by_person_id) REFERENCES persons(id),
  CONSTRAINT contact_log_follow_up_id_fkey FOREIGN KEY (follow_up_id) REFERENCES follow_ups(id) ON DELETE CASCADE,
  CONSTRAINT contact_log_means CHECK (means = ANY (ARRAY['phone'::text, 'visit'::text, 'paper'::text, 'message'::text])),
  CONSTRAINT contact_log_note_length CHECK (length(note) <= 500),
  CONSTRAINT contact_log_outcome CHECK (outcome = ANY (ARRAY['willMakeUp'::text, 'taught'::text, 'given'::text, 'excused'::text, 'noAnswer'::text, 'worried'::text])),
  CONSTRAINT contact_log_pkey PRIMARY KEY (id)
);
ALTER TABLE contact_log ENABLE ROW LEVEL SECURITY;

CREATE TABLE contacts (
  person_id uuid NOT NULL,
  purpose text NOT NULL,
  cipher bytea NOT NULL,
  tail text NOT NULL,
  key_id text NOT NULL,
  updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT contacts_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id) ON DELETE CASCADE,
  CONSTRAINT contacts_pkey PRIMARY KEY (person_id, purpose),
  CONSTRAINT contacts_purpose CHECK (purpose = 'followUp'::text)
);
ALTER TABLE contacts ENABLE ROW LEVEL SECURITY;

CREATE TABLE contests (
  id uuid DEFAULT uuidv7() NOT NULL,
  person_id uuid NOT NULL,
  school_id uuid NOT NULL,
  school_day date NOT NULL,
  planned_id uuid NOT NULL,
  reason text NOT NULL,
  note text,
  opened_by uuid NOT NULL,
  opened_at timestamp with time zone NOT NULL,
  state text DEFAULT 'open'::text NOT NULL,
  answer text,
  answered_by uuid,
  answered_at timestamp with time zone,
  CONSTRAINT contests_answered CHECK ((state = 'open'::text) = (answered_at IS NULL)),
  CONSTRAINT contests_answered_by_fkey FOREIGN KEY (answered_by) REFERENCES persons(id),
  CONSTRAINT contests_declined_says_why CHECK (state <> 'declined'::text OR btrim(answer) <> ''::text),
  CONSTRAINT contests_note_length CHECK (length(note) <= 500 AND length(answer) <= 500),
  CONSTRAINT contests_opened_by_fkey FOREIGN KEY (opened_by) REFERENCES persons(id),
  CONSTRAINT contests_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id) ON DELETE CASCADE,
  CONSTRAINT contests_pkey PRIMARY KEY (id),
  CONSTRAINT contests_reason CHECK (reason = ANY (ARRAY['wasThere'::text, 'deviceFailed'::text, 'networkFailed'::text, 'powerFailed'::text, 'otherWay'::text, 'other'::text])),
  CONSTRAINT contests_school_id_fkey FOREIGN KEY (school_id) REFERENCES orgs(id),
  CONSTRAINT contests_state CHECK (state = ANY (ARRAY['open'::text, 'accepted'::text, 'declined'::text]))
);
ALTER TABLE contests ENABLE ROW LEVEL SECURITY;

CREATE TABLE course_groups (
  class_id uuid NOT NULL,
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT course_groups_class_id_fkey FOREIGN KEY (class_id) REFERENCES classes(id) ON DELETE CASCADE,
  CONSTRAINT course_groups_pkey PRIMARY KEY (class_id)
);

CREATE TABLE courses (
  id uuid DEFAULT uuidv7() NOT NULL,
  school_id uuid NOT NULL,
  code text NOT NULL,
  title text NOT NULL,
  subject text,
  CONSTRAINT courses_pkey PRIMARY KEY (id),
  CONSTRAINT courses_school_id_code_key UNIQUE (school_id, code),
  CONSTRAINT courses_school_id_fkey FOREIGN KEY (school_id) REFERENCES orgs(id)
);

CREATE TABLE dirty_classes (
  school_day date NOT NULL,
  class_id uuid NOT NULL,
  at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  n bigint GENERATED AS IDENTITY NOT NULL,
  CONSTRAINT dirty_classes_pkey PRIMARY KEY (n)
);

CREATE TABLE due_plans (
  school_day date NOT NULL,
  planned_id uuid NOT NULL,
  school_id uuid NOT NULL,
  due_at timestamp with time zone NOT NULL,
  CONSTRAINT due_plans_pkey PRIMARY KEY (school_day, planned_id, school_id)
);

CREATE TABLE enrollments (
  class_id uuid NOT NULL,
  person_id uuid NOT NULL,
  role text NOT NULL,
  is_home boolean DEFAULT false NOT NULL,
  during daterange NOT NULL,
  begins_on date GENERATED ALWAYS AS (lower(during)) STORED NOT NULL,
  by_class_id uuid,
  CONSTRAINT enrollments_by_class_id_fkey FOREIGN KEY (by_class_id) REFERENCES classes(id),
  CONSTRAINT enrollments_class_id_fkey FOREIGN KEY (class_id) REFERENCES classes(id),
  CONSTRAINT enrollments_home_is_pupil CHECK (NOT is_home OR role = 'pupil'::text),
  CONSTRAINT enrollments_no_overlap EXCLUDE USING gist (person_id WITH =, class_id WITH =, role WITH =, during WITH &&) WHERE (NOT is_home),
  CONSTRAINT enrollments_one_home EXCLUDE USING gist (person_id WITH =, during WITH &&) WHERE (is_home AND role = 'pupil'::text),
  CONSTRAINT enrollments_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id) ON DELETE CASCADE,
  CONSTRAINT enrollments_pkey PRIMARY KEY (person_id, class_id, role, begins_on),
  CONSTRAINT enrollments_role CHECK (role = ANY (ARRAY['pupil'::text, 'teacher'::text, 'classTeacher'::text, 'counsellor'::text, 'assistant'::text, 'classRep'::text]))
);

CREATE TABLE expectations (
  starts_at timestamp with time zone NOT NULL,
  due_at timestamp with time zone NOT NULL,
  school_day date NOT NULL,
  settled boolean DEFAULT false NOT NULL,
  planned_id uuid NOT NULL,
  person_id uuid NOT NULL,
  via_class_id uuid NOT NULL,
  school_id uuid NOT NULL,
  best_fact_id uuid,
  planned_kind text NOT NULL,
  state text DEFAULT 'open'::text NOT NULL,
  way text,
  evidence text,
  CONSTRAINT expectations_pkey PRIMARY KEY (school_day, planned_id, person_id),
  CONSTRAINT expectations_planned_kind CHECK (planned_kind = ANY (ARRAY['lesson'::text, 'task'::text, 'notice'::text])),
  CONSTRAINT expectations_state CHECK (state = ANY (ARRAY['open'::text, 'present'::text, 'late'::text, 'leftEarly'::text, 'madeUp'::text, 'reached'::text, 'missed'::text, 'excused'::text, 'cancelled'::text])),
  CONSTRAINT expectations_way CHECK (way = ANY (ARRAY['live'::text, 'recording'::text, 'external'::text, 'tv'::text, 'phone'::text, 'paper'::text, 'visit'::text, 'excused'::text]))
) PARTITION BY RANGE (school_day);

CREATE TABLE external_ids (
  source text NOT NULL,
  kind text NOT NULL,
  external_id text NOT NULL,
  entity_id uuid NOT NULL,
  CONSTRAINT external_ids_pkey PRIMARY KEY (source, kind, external_id)
);

CREATE TABLE facts (
  from_at timestamp with time zone,
  to_at timestamp with time zone,
  recorded_at timestamp with time zone DEFAULT app_now() NOT NULL,
  school_day date NOT NULL,
  seconds integer,
  id uuid NOT NULL,
  person_id uuid NOT NULL,
  planned_id uuid,
  recorder_id uuid,
  supersedes uuid,
  way text NOT NULL,
  source text NOT NULL,
  outcome text,
  detail jsonb,
  CONSTRAINT facts_interval CHECK (to_at >= from_at),
  CONSTRAINT facts_pkey PRIMARY KEY (school_day, id),
  CONSTRAINT facts_seconds CHECK (seconds >= 0),
  CONSTRAINT facts_way CHECK (way = ANY (ARRAY['live'::text, 'recording'::text, 'external'::text, 'tv'::text, 'phone'::text, 'paper'::text, 'visit'::text, 'excused'::text]))
) PARTITION BY RANGE (school_day);

CREATE TABLE files (
  id uuid DEFAULT uuidv7() NOT NULL,
  sha256 bytea NOT NULL,
  size_bytes integer NOT NULL,
  media_type text NOT NULL,
  purpose text NOT NULL,
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT files_pkey PRIMARY KEY (id)
);

CREATE TABLE follow_up_days (
  follow_up_id uuid NOT NULL,
  school_day date NOT NULL,
  CONSTRAINT follow_up_days_follow_up_id_fkey FOREIGN KEY (follow_up_id) REFERENCES follow_ups(id) ON DELETE CASCADE,
  CONSTRAINT follow_up_days_pkey PRIMARY KEY (follow_up_id, school_day)
);

CREATE TABLE follow_ups (
  id uuid DEFAULT uuidv7() NOT NULL,
  person_id uuid NOT NULL,
  school_id uuid NOT NULL,
  class_id uuid NOT NULL,
  origin text NOT NULL,
  adult_id uuid,
  deputy_id uuid,
  opened_at timestamp with time zone NOT NULL,
  due_at timestamp with time zone NOT NULL,
  state text DEFAULT 'open'::text NOT NULL,
  reason text,
  escalated_at timestamp with time zone,
  closed_at timestamp with time zone,
  closed_by text,
  closed_person_id uuid,
  closed_fact_id uuid,
  closing_reason text,
  version integer DEFAULT 1 NOT NULL,
  CONSTRAINT follow_ups_adult_id_fkey FOREIGN KEY (adult_id) REFERENCES persons(id),
  CONSTRAINT follow_ups_closed CHECK ((state = 'closed'::text) = (closed_at IS NOT NULL) AND (closed_at IS NULL) = (closed_by IS NULL)),
  CONSTRAINT follow_ups_closed_by CHECK (closed_by IS NULL OR closed_by = 'fact'::text AND closed_fact_id IS NOT NULL OR (closed_by = ANY (ARRAY['reason'::text, 'withdrawn'::text])) AND closing_reason IS NOT NULL),
  CONSTRAINT follow_ups_deputy_id_fkey FOREIGN KEY (deputy_id) REFERENCES persons(id),
  CONSTRAINT follow_ups_origin CHECK (origin = ANY (ARRAY['dayClose'::text, 'cannotAttend'::text, 'byHand'::text])),
  CONSTRAINT follow_ups_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id) ON DELETE CASCADE,
  CONSTRAINT follow_ups_pkey PRIMARY KEY (id),
  CONSTRAINT follow_ups_school_id_fkey FOREIGN KEY (school_id) REFERENCES orgs(id),
  CONSTRAINT follow_ups_state CHECK (state = ANY (ARRAY['open'::text, 'closed'::text]))
);
ALTER TABLE follow_ups ENABLE ROW LEVEL SECURITY;

CREATE TABLE followed_plans (
  school_day date NOT NULL,
  school_id uuid NOT NULL,
  signature text NOT NULL,
  CONSTRAINT followed_plans_pkey PRIMARY KEY (school_day, school_id),
  CONSTRAINT followed_plans_school_id_fkey FOREIGN KEY (school_id) REFERENCES orgs(id) ON DELETE CASCADE
);

CREATE TABLE guardianships (
  pupil_id uuid NOT NULL,
  guardian_id uuid NOT NULL,
  during daterange NOT NULL,
  CONSTRAINT guardianships_guardian_id_fkey FOREIGN KEY (guardian_id) REFERENCES persons(id) ON DELETE CASCADE,
  CONSTRAINT guardianships_pkey PRIMARY KEY (pupil_id, guardian_id, during WITHOUT OVERLAPS),
  CONSTRAINT guardianships_pupil_id_fkey FOREIGN KEY (pupil_id) REFERENCES persons(id) ON DELETE CASCADE
);

CREATE TABLE guess_brakes (
  name_hash bytea NOT NULL,
  free_at timestamp with time zone NOT NULL,
  CONSTRAINT guess_brakes_pkey PRIMARY KEY (name_hash)
);

CREATE TABLE holidays (
  org_id uuid,
  day date NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  teaches_weekday smallint,
  CONSTRAINT holidays_kind CHECK (kind = ANY (ARRAY['holiday'::text, 'makeUp'::text])),
  CONSTRAINT holidays_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs(id),
  CONSTRAINT holidays_teaches_weekday CHECK (teaches_weekday >= 1 AND teaches_weekday <= 7)
);

CREATE TABLE idempotency_keys (
  actor_key text NOT NULL,
  key text NOT NULL,
  request_hash bytea NOT NULL,
  status smallint,
  resource_id text,
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT idempotency_keys_key_length CHECK (length(key) >= 8 AND length(key) <= 100),
  CONSTRAINT idempotency_keys_pkey PRIMARY KEY (actor_key, key)
);

CREATE TABLE lesson_audiences (
  school_day date NOT NULL,
  lesson_id uuid NOT NULL,
  class_id uuid NOT NULL,
  own_teacher_id uuid,
  room_no smallint DEFAULT 1 NOT NULL,
  CONSTRAINT lesson_audiences_class_id_fkey FOREIGN KEY (class_id) REFERENCES classes(id),
  CONSTRAINT lesson_audiences_own_teacher_id_fkey FOREIGN KEY (own_teacher_id) REFERENCES persons(id),
  CONSTRAINT lesson_audiences_pkey PRIMARY KEY (school_day, lesson_id, class_id),
  CONSTRAINT lesson_audiences_school_day_lesson_id_fkey FOREIGN KEY (school_day, lesson_id) REFERENCES lessons(school_day, id) ON DELETE CASCADE
) PARTITION BY RANGE (school_day);

CREATE TABLE lesson_logs (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  school_day date NOT NULL,
  lesson_id uuid NOT NULL,
  school_id uuid NOT NULL,
  state text DEFAULT 'live'::text NOT NULL,
  muted boolean DEFAULT false NOT NULL,
  talk_n integer DEFAULT 0 NOT NULL,
  pages_n integer DEFAULT 0 NOT NULL,
  sealed_ms integer DEFAULT 0 NOT NULL,
  opened_at timestamp with time zone,
  opened_by uuid,
  voice_started_at timestamp with time zone,
  ended_at timestamp with time zone,
  ended_ms integer,
  sealed_at timestamp with time zone,
  finished_at timestamp with time zone,
  epoch_no integer DEFAULT 1 NOT NULL,
  epoch_secret bytea NOT NULL,
  retention_until date NOT NULL,
  chat_scope text DEFAULT 'all'::text NOT NULL,
  CONSTRAINT lesson_logs_chat_scope CHECK (chat_scope = ANY (ARRAY['all'::text, 'staff'::text, 'off'::text])),
  CONSTRAINT lesson_logs_end CHECK ((state = 'ended'::text) = (ended_at IS NOT NULL) AND (ended_at IS NULL) = (ended_ms IS NULL)),
  CONSTRAINT lesson_logs_lesson_key UNIQUE (school_day, lesson_id),
  CONSTRAINT lesson_logs_pkey PRIMARY KEY (id),
  CONSTRAINT lesson_logs_state CHECK (state = ANY (ARRAY['live'::text, 'paused'::text, 'ended'::text]))
) WITH (fillfactor=70);

CREATE TABLE lesson_staff (
  school_day date NOT NULL,
  lesson_id uuid NOT NULL,
  person_id uuid NOT NULL,
  duty text DEFAULT 'lead'::text NOT NULL,
  CONSTRAINT lesson_staff_duty CHECK (duty = ANY (ARRAY['lead'::text, 'own'::text, 'assistant'::text, 'observer'::text])),
  CONSTRAINT lesson_staff_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id),
  CONSTRAINT lesson_staff_pkey PRIMARY KEY (school_day, lesson_id, person_id),
  CONSTRAINT lesson_staff_school_day_lesson_id_fkey FOREIGN KEY (school_day, lesson_id) REFERENCES lessons(school_day, id) ON DELETE CASCADE
) PARTITION BY RANGE (school_day);

CREATE TABLE lessons (
  school_day date NOT NULL,
  id uuid DEFAULT uuidv7() NOT NULL,
  school_id uuid NOT NULL,
  course_id uuid NOT NULL,
  topic text,
  period smallint,
  period_to smallint,
  starts_at timestamp with time zone NOT NULL,
  ends_at timestamp with time zone NOT NULL,
  mode text NOT NULL,
  mode_params jsonb DEFAULT '{}'::jsonb NOT NULL,
  status text DEFAULT 'planned'::text NOT NULL,
  classroom_id uuid,
  plan_origin_id uuid,
  week_no smallint,
  version integer DEFAULT 1 NOT NULL,
  moved_from_day date,
  moved_from_id uuid,
  moved_to_day date,
  moved_to_id uuid,
  log_id uuid,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  changed_by_hand boolean DEFAULT false NOT NULL,
  CONSTRAINT lessons_classroom_id_fkey FOREIGN KEY (classroom_id) REFERENCES classrooms(id),
  CONSTRAINT lessons_course_id_fkey FOREIGN KEY (course_id) REFERENCES courses(id),
  CONSTRAINT lessons_ends_after_start CHECK (ends_at > starts_at),
  CONSTRAINT lessons_moved CHECK ((status = 'moved'::text) = (moved_to_id IS NOT NULL)),
  CONSTRAINT lessons_period CHECK (period_to >= period),
  CONSTRAINT lessons_pkey PRIMARY KEY (school_day, id),
  CONSTRAINT lessons_school_id_fkey FOREIGN KEY (school_id) REFERENCES orgs(id),
  CONSTRAINT lessons_status CHECK (status = ANY (ARRAY['planned'::text, 'live'::text, 'ended'::text, 'cancelled'::text, 'moved'::text]))
) PARTITION BY RANGE (school_day);

CREATE TABLE log_heard (
  log_id uuid NOT NULL,
  person_id uuid NOT NULL,
  served int4multirange DEFAULT '{}'::int4multirange NOT NULL,
  heard int4multirange DEFAULT '{}'::int4multirange NOT NULL,
  CONSTRAINT log_heard_log_id_fkey FOREIGN KEY (log_id) REFERENCES lesson_logs(id),
  CONSTRAINT log_heard_pkey PRIMARY KEY (log_id, person_id)
);

CREATE TABLE log_pages (
  log_id uuid NOT NULL,
  sha256 bytea NOT NULL,
  n integer NOT NULL,
  large_sha256 text NOT NULL,
  small_sha256 text NOT NULL,
  CONSTRAINT log_pages_log_id_fkey FOREIGN KEY (log_id) REFERENCES lesson_logs(id),
  CONSTRAINT log_pages_n_key UNIQUE (log_id, n),
  CONSTRAINT log_pages_pkey PRIMARY KEY (log_id, sha256)
);

CREATE TABLE log_parts (
  log_id uuid NOT NULL,
  track smallint NOT NULL,
  part_no integer NOT NULL,
  ns int4multirange NOT NULL,
  rows jsonb NOT NULL,
  file_sha256 text NOT NULL,
  size_bytes integer NOT NULL,
  CONSTRAINT log_parts_log_id_fkey FOREIGN KEY (log_id) REFERENCES lesson_logs(id),
  CONSTRAINT log_parts_pkey PRIMARY KEY (log_id, track, part_no)
);

CREATE TABLE log_tail (
  log_id uuid NOT NULL,
  track smallint NOT NULL,
  n integer NOT NULL,
  start_ms integer NOT NULL,
  duration_ms integer NOT NULL,
  sha256 bytea NOT NULL,
  bytes bytea NOT NULL,
  CONSTRAINT log_tail_pkey PRIMARY KEY (log_id, track, n),
  CONSTRAINT log_tail_times CHECK (n >= 0 AND start_ms >= 0 AND duration_ms >= 0),
  CONSTRAINT log_tail_track CHECK (track >= 1 AND track <= 4)
) WITH (toast_tuple_target=8160);

CREATE TABLE loose_files (
  sha256 text NOT NULL,
  since timestamp with time zone NOT NULL,
  CONSTRAINT loose_files_pkey PRIMARY KEY (sha256)
);

CREATE TABLE org_moves (
  org_id uuid NOT NULL,
  parent_id uuid,
  during daterange NOT NULL,
  is_merge boolean DEFAULT false NOT NULL,
  reason text,
  document text,
  decided_by uuid,
  decided_at timestamp with time zone,
  CONSTRAINT org_moves_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs(id) ON DELETE CASCADE,
  CONSTRAINT org_moves_pkey PRIMARY KEY (org_id, during WITHOUT OVERLAPS)
);

CREATE TABLE org_tree_changes (
  day date NOT NULL,
  org_id uuid NOT NULL,
  CONSTRAINT org_tree_changes_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs(id) ON DELETE CASCADE,
  CONSTRAINT org_tree_changes_pkey PRIMARY KEY (day, org_id)
);

CREATE TABLE orgs (
  id uuid DEFAULT uuidv7() NOT NULL,
  parent_id uuid,
  kind text NOT NULL,
  code text NOT NULL,
  name text NOT NULL,
  stages text[] DEFAULT '{}'::text[] NOT NULL,
  path ltree NOT NULL,
  tz text DEFAULT 'Asia/Shanghai'::text NOT NULL,
  is_demo boolean DEFAULT false NOT NULL,
  settings jsonb DEFAULT '{}'::jsonb NOT NULL,
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  sealed_at timestamp with time zone,
  CONSTRAINT orgs_code_key UNIQUE (code),
  CONSTRAINT orgs_kind CHECK (kind = ANY (ARRAY['ministry'::text, 'province'::text, 'city'::text, 'county'::text, 'school'::text, 'campus'::text, 'college'::text, 'department'::text, 'grade'::text, 'functional'::text])),
  CONSTRAINT orgs_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES orgs(id),
  CONSTRAINT orgs_pkey PRIMARY KEY (id),
  CONSTRAINT orgs_stages CHECK (stages <@ ARRAY['lowerPrimary'::text, 'upperPrimary'::text, 'juniorSecondary'::text, 'seniorSecondary'::text, 'vocational'::text, 'higher'::text])
);

CREATE TABLE persons (
  id uuid DEFAULT uuidv7() NOT NULL,
  home_org_id uuid NOT NULL,
  number text NOT NULL,
  name text NOT NULL,
  name_readings text[] DEFAULT '{}'::text[] NOT NULL,
  under14_until date,
  sex text,
  status text DEFAULT 'active'::text NOT NULL,
  is_demo boolean DEFAULT false NOT NULL,
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  reading_corrected boolean DEFAULT false NOT NULL,
  found_by tsvector GENERATED ALWAYS AS (array_to_tsvector(name_words(name, number, name_readings))) STORED,
  CONSTRAINT persons_home_org_id_fkey FOREIGN KEY (home_org_id) REFERENCES orgs(id),
  CONSTRAINT persons_home_org_id_number_key UNIQUE (home_org_id, number),
  CONSTRAINT persons_name_not_blank CHECK (btrim(name) <> ''::text),
  CONSTRAINT persons_pkey PRIMARY KEY (id),
  CONSTRAINT persons_sex CHECK (sex = ANY (ARRAY['male'::text, 'female'::text, 'unknown'::text])),
  CONSTRAINT persons_status CHECK (status = ANY (ARRAY['active'::text, 'left'::text, 'merged'::text]))
);

CREATE TABLE plan_changes (
  id uuid DEFAULT uuidv7() NOT NULL,
  school_id uuid NOT NULL,
  school_day date NOT NULL,
  lesson_id uuid NOT NULL,
  kind text NOT NULL,
  class_ids uuid[] NOT NULL,
  staff_ids uuid[] NOT NULL,
  before jsonb,
  after jsonb,
  reason text,
  changed_at timestamp with time zone NOT NULL,
  changed_by uuid,
  CONSTRAINT plan_changes_kind CHECK (kind = ANY (ARRAY['added'::text, 'moved'::text, 'cancelled'::text, 'substituted'::text, 'modeChanged'::text, 'restored'::text])),
  CONSTRAINT plan_changes_pkey PRIMARY KEY (id),
  CONSTRAINT plan_changes_school_id_fkey FOREIGN KEY (school_id) REFERENCES orgs(id)
);

CREATE TABLE plan_item_audiences (
  plan_item_id uuid NOT NULL,
  class_id uuid NOT NULL,
  own_teacher_id uuid,
  CONSTRAINT plan_item_audiences_class_id_fkey FOREIGN KEY (class_id) REFERENCES classes(id),
  CONSTRAINT plan_item_audiences_own_teacher_id_fkey FOREIGN KEY (own_teacher_id) REFERENCES persons(id),
  CONSTRAINT plan_item_audiences_pkey PRIMARY KEY (plan_item_id, class_id),
  CONSTRAINT plan_item_audiences_plan_item_id_fkey FOREIGN KEY (plan_item_id) REFERENCES plan_items(id) ON DELETE CASCADE
);

CREATE TABLE plan_item_staff (
  plan_item_id uuid NOT NULL,
  person_id uuid NOT NULL,
  duty text DEFAULT 'lead'::text NOT NULL,
  CONSTRAINT plan_item_staff_duty CHECK (duty = ANY (ARRAY['lead'::text, 'own'::text, 'assistant'::text, 'observer'::text])),
  CONSTRAINT plan_item_staff_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id),
  CONSTRAINT plan_item_staff_pkey PRIMARY KEY (plan_item_id, person_id),
  CONSTRAINT plan_item_staff_plan_item_id_fkey FOREIGN KEY (plan_item_id) REFERENCES plan_items(id) ON DELETE CASCADE
);

CREATE TABLE plan_items (
  id uuid DEFAULT uuidv7() NOT NULL,
  school_id uuid NOT NULL,
  term_id uuid NOT NULL,
  origin_id uuid NOT NULL,
  course_id uuid NOT NULL,
  weekday smallint NOT NULL,
  period smallint NOT NULL,
  period_to smallint NOT NULL,
  weeks smallint[] NOT NULL,
  mode text NOT NULL,
  mode_params jsonb DEFAULT '{}'::jsonb NOT NULL,
  classroom_id uuid,
  source_key text,
  version integer DEFAULT 1 NOT NULL,
  held boolean DEFAULT false NOT NULL,
  teacher_names text[] DEFAULT '{}'::text[] NOT NULL,
  source_hash text,
  CONSTRAINT plan_items_classroom_id_fkey FOREIGN KEY (classroom_id) REFERENCES classrooms(id),
  CONSTRAINT plan_items_course_id_fkey FOREIGN KEY (course_id) REFERENCES courses(id),
  CONSTRAINT plan_items_period CHECK (period >= 1 AND period <= 20 AND period_to >= period AND period_to <= 20),
  CONSTRAINT plan_items_pkey PRIMARY KEY (id),
  CONSTRAINT plan_items_school_id_fkey FOREIGN KEY (school_id) REFERENCES orgs(id),
  CONSTRAINT plan_items_term_id_fkey FOREIGN KEY (term_id) REFERENCES terms(id),
  CONSTRAINT plan_items_weekday CHECK (weekday >= 1 AND weekday <= 7),
  CONSTRAINT plan_items_weeks CHECK (cardinality(weeks) > 0 AND (1 <= ALL (weeks)) AND (40 >= ALL (weeks)))
);

CREATE TABLE poll_answers (
  poll_id uuid NOT NULL,
  person_id uuid NOT NULL,
  via_class_id uuid NOT NULL,
  chosen smallint[],
  written text,
  answered_at timestamp with time zone NOT NULL,
  CONSTRAINT poll_answers_either CHECK ((chosen IS NULL) <> (written IS NULL)),
  CONSTRAINT poll_answers_pkey PRIMARY KEY (poll_id, person_id),
  CONSTRAINT poll_answers_poll_id_fkey FOREIGN KEY (poll_id) REFERENCES polls(id)
);

CREATE TABLE polls (
  id uuid NOT NULL,
  school_day date NOT NULL,
  lesson_id uuid NOT NULL,
  kind text NOT NULL,
  prompt text NOT NULL,
  options text[] NOT NULL,
  right_options smallint[],
  right_number text,
  page_n integer NOT NULL,
  asked_by uuid NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  until_at timestamp with time zone NOT NULL,
  closed_at timestamp with time zone,
  shown_at timestamp with time zone,
  CONSTRAINT polls_kind CHECK (kind = ANY (ARRAY['single'::text, 'multiple'::text, 'trueFalse'::text, 'number'::text, 'text'::text])),
  CONSTRAINT polls_options CHECK (
CASE kind
    WHEN 'trueFalse'::text THEN cardinality(options) = 2
    WHEN 'number'::text THEN cardinality(options) = 0
    WHEN 'text'::text THEN cardinality(options) = 0
    ELSE cardinality(options) >= 2 AND cardinality(options) <= 8
END),
  CONSTRAINT polls_page_n CHECK (page_n >= 0),
  CONSTRAINT polls_pkey PRIMARY KEY (id)
);

CREATE TABLE presence (
  school_day date NOT NULL,
  lesson_id uuid NOT NULL,
  person_id uuid NOT NULL,
  minute smallint NOT NULL,
  heard_ms integer NOT NULL,
  step smallint NOT NULL,
  queue_ms integer NOT NULL,
  via_class_id uuid NOT NULL,
  CONSTRAINT presence_heard_ms CHECK (heard_ms >= 0 AND heard_ms <= 60000),
  CONSTRAINT presence_minute CHECK (minute >= 0),
  CONSTRAINT presence_pkey PRIMARY KEY (school_day, lesson_id, person_id, minute)
) PARTITION BY RANGE (school_day);

CREATE TABLE reach_days (
  school_day date NOT NULL,
  person_id uuid NOT NULL,
  class_id uuid NOT NULL,
  org_id uuid NOT NULL,
  school_id uuid NOT NULL,
  expected smallint NOT NULL,
  reached smallint NOT NULL,
  missed smallint NOT NULL,
  state text NOT NULL,
  way text,
  has_adult boolean NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  CONSTRAINT reach_days_counts CHECK (expected > 0 AND reached >= 0 AND missed >= 0 AND (reached + missed) <= expected),
  CONSTRAINT reach_days_pkey PRIMARY KEY (school_day, person_id),
  CONSTRAINT reach_days_state CHECK (state = ANY (ARRAY['pending'::text, 'reached'::text, 'reachedLate'::text, 'excused'::text, 'unreached'::text]))
) PARTITION BY RANGE (school_day);

CREATE TABLE recovery_codes (
  account_id uuid NOT NULL,
  code_hash bytea NOT NULL,
  used_at timestamp with time zone,
  CONSTRAINT recovery_codes_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  CONSTRAINT recovery_codes_pkey PRIMARY KEY (account_id, code_hash)
);

CREATE TABLE roll_call_answers (
  roll_call_id uuid NOT NULL,
  person_id uuid NOT NULL,
  via_class_id uuid NOT NULL,
  answered_at timestamp with time zone NOT NULL,
  CONSTRAINT roll_call_answers_pkey PRIMARY KEY (roll_call_id, person_id),
  CONSTRAINT roll_call_answers_roll_call_id_fkey FOREIGN KEY (roll_call_id) REFERENCES roll_calls(id)
);

CREATE TABLE roll_calls (
  id uuid NOT NULL,
  school_day date NOT NULL,
  lesson_id uuid NOT NULL,
  started_by uuid NOT NULL,
  started_at timestamp with time zone NOT NULL,
  until_at timestamp with time zone NOT NULL,
  CONSTRAINT roll_calls_pkey PRIMARY KEY (id)
);

CREATE TABLE rollups (
  school_day date NOT NULL,
  org_id uuid NOT NULL,
  measure text NOT NULL,
  way text DEFAULT ''::text NOT NULL,
  count integer NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  cut_off timestamp with time zone NOT NULL,
  computed_at timestamp with time zone NOT NULL,
  CONSTRAINT rollups_count CHECK (count >= 0),
  CONSTRAINT rollups_measure CHECK (measure = ANY (ARRAY['expected'::text, 'reached'::text, 'reachedLate'::text, 'excused'::text, 'unreached'::text, 'pending'::text, 'withoutAdult'::text, 'lessonsExpected'::text, 'lessonsReached'::text, 'lessonsMissed'::text])),
  CONSTRAINT rollups_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs(id) ON DELETE CASCADE,
  CONSTRAINT rollups_pkey PRIMARY KEY (school_day, org_id, measure, way)
);

CREATE TABLE room_entries (
  school_day date NOT NULL,
  lesson_id uuid NOT NULL,
  person_id uuid NOT NULL,
  standing text NOT NULL,
  via_class_id uuid,
  entered_at timestamp with time zone NOT NULL,
  last_seen_at timestamp with time zone NOT NULL,
  hand_up_at timestamp with time zone,
  CONSTRAINT room_entries_pkey PRIMARY KEY (school_day, lesson_id, person_id),
  CONSTRAINT room_entries_standing CHECK (standing = ANY (ARRAY['pupil'::text, 'teacher'::text, 'assistant'::text, 'observer'::text]))
) PARTITION BY RANGE (school_day);

CREATE TABLE room_removals (
  school_day date NOT NULL,
  lesson_id uuid NOT NULL,
  person_id uuid NOT NULL,
  removed_by uuid NOT NULL,
  removed_at timestamp with time zone NOT NULL,
  CONSTRAINT room_removals_pkey PRIMARY KEY (school_day, lesson_id, person_id)
);

CREATE TABLE room_tickets (
  ticket_hash bytea NOT NULL,
  school_day date NOT NULL,
  lesson_id uuid NOT NULL,
  person_id uuid NOT NULL,
  standing text NOT NULL,
  via_class_id uuid,
  expires_at timestamp with time zone NOT NULL,
  used_at timestamp with time zone,
  CONSTRAINT room_tickets_pkey PRIMARY KEY (ticket_hash)
);

CREATE TABLE roster_draft_guardians (
  draft_id uuid NOT NULL,
  row_n integer NOT NULL,
  n smallint NOT NULL,
  name text NOT NULL,
  cipher bytea NOT NULL,
  key_id text NOT NULL,
  tail text NOT NULL,
  hash bytea NOT NULL,
  external_id text NOT NULL,
  CONSTRAINT roster_draft_guardians_draft_id_fkey FOREIGN KEY (draft_id) REFERENCES roster_drafts(id) ON DELETE CASCADE,
  CONSTRAINT roster_draft_guardians_pkey PRIMARY KEY (draft_id, row_n, n)
);
ALTER TABLE roster_draft_guardians ENABLE ROW LEVEL SECURITY;

CREATE TABLE roster_draft_leaving (
  draft_id uuid NOT NULL,
  person_id uuid NOT NULL,
  CONSTRAINT roster_draft_leaving_draft_id_fkey FOREIGN KEY (draft_id) REFERENCES roster_drafts(id) ON DELETE CASCADE,
  CONSTRAINT roster_draft_leaving_person_id_fkey FOREIGN KEY (person_id) REFERENCES persons(id) ON DELETE CASCADE,
  CONSTRAINT roster_draft_leaving_pkey PRIMARY KEY (draft_id, person_id)
);
ALTER TABLE roster_draft_leaving ENABLE ROW LEVEL SECURITY;

CREATE TABLE roster_draft_members (
  draft_id uuid NOT NULL,
  n integer NOT NULL,
  outcome text NOT NULL,
  class_id uuid NOT NULL,
  person_id uuid NOT NULL,
  role text NOT NULL,
  CONSTRAINT roster_draft_members_draft_id_fkey FOREIGN KEY (draft_id) REFERENCES roster_drafts(id) ON DELETE CASCADE,
  CONSTRAINT roster_draft_members_outcome CHECK (outcome = ANY (ARRAY['created'::text, 'unchanged'::text, 'ended'::text])),
  CONSTRAINT roster_draft_members_pkey PRIMARY KEY (draft_id, n)
);
ALTER TABLE roster_draft_members ENABLE ROW LEVEL SECURITY;

CREATE TABLE roster_draft_problems (
  draft_id uuid NOT NULL,
  n integer NOT NULL,
  code text NOT NULL,
  severity text NOT NULL,
  sheet text,
  "row" integer,
  column_no integer,
  params jsonb NOT NULL,
  suggestion text,
  CONSTRAINT roster_draft_problems_draft_id_fkey FOREIGN KEY (draft_id) REFERENCES roster_drafts(id) ON DELETE CASCADE,
  CONSTRAINT roster_draft_problems_pkey PRIMARY KEY (draft_id, n),
  CONSTRAINT roster_draft_problems_severity CHECK (severity = ANY (ARRAY['must'::text, 'look'::text]))
);
ALTER TABLE roster_draft_problems ENABLE ROW LEVEL SECURITY;

CREATE TABLE roster_draft_rows (
  draft_id uuid NOT NULL,
  n integer NOT NULL,
  sheet text NOT NULL,
  "row" integer NOT NULL,
  kind text NOT NULL,
  outcome text NOT NULL,
  person_id uuid DEFAULT uuidv7() NOT NULL,
  number text NOT NULL,
  name text NOT NULL,
  sex text,
  class_id uuid,
  class_key text,
  class_name text,
  year_group text,
  class_no smallint,
  enters_class boolean NOT NULL,
  role text,
  guardian_name text,
  guardian_cipher bytea,
  guardian_key_id text,
  guardian_tail text,
  guardian_hash bytea,
  before jsonb NOT NULL,
  given jsonb NOT NULL,
  new_class boolean DEFAULT false NOT NULL,
  external_id text,
  name_readings text[] DEFAULT '{}'::text[] NOT NULL,
  CONSTRAINT roster_draft_rows_draft_id_fkey FOREIGN KEY (draft_id) REFERENCES roster_drafts(id) ON DELETE CASCADE,
  CONSTRAINT roster_draft_rows_kind CHECK (kind = ANY (ARRAY['pupil'::text, 'staff'::text])),
  CONSTRAINT roster_draft_rows_outcome CHECK (outcome = ANY (ARRAY['created'::text, 'changed'::text, 'unchanged'::text, 'blocked'::text])),
  CONSTRAINT roster_draft_rows_pkey PRIMARY KEY (draft_id, n),
  CONSTRAINT roster_draft_rows_role CHECK (role = ANY (ARRAY['teacher'::text, 'classTeacher'::text, 'counsellor'::text])),
  CONSTRAINT roster_draft_rows_sex CHECK (sex = ANY (ARRAY['male'::text, 'female'::text, 'unknown'::text]))
);
ALTER TABLE roster_draft_rows ENABLE ROW LEVEL SECURITY;

CREATE TABLE roster_draft_sections (
  draft_id uuid NOT NULL,
  n integer NOT NULL,
  outcome text NOT NULL,
  class_id uuid NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  name_before text,
  course_code text,
  course_title text,
  subject text,
  year_group text,
  class_no smallint,
  term_id uuid,
  ends_on date,
  external_id text,
  CONSTRAINT roster_draft_sections_draft_id_fkey FOREIGN KEY (draft_id) REFERENCES roster_drafts(id) ON DELETE CASCADE,
  CONSTRAINT roster_draft_sections_kind CHECK (kind = ANY (ARRAY['homeroom'::text, 'scheduled'::text])),
  CONSTRAINT roster_draft_sections_outcome CHECK (outcome = ANY (ARRAY['created'::text, 'changed'::text, 'unchanged'::text, 'ended'::text])),
  CONSTRAINT roster_draft_sections_pkey PRIMARY KEY (draft_id, n)
);
ALTER TABLE roster_draft_sections ENABLE ROW LEVEL SECURITY;

CREATE TABLE roster_drafts (
  id uuid DEFAULT uuidv7() NOT NULL,
  school_id uuid NOT NULL,
  file_name text NOT NULL,
  state text DEFAULT 'checked'::text NOT NULL,
  facts jsonb NOT NULL,
  read_count integer NOT NULL,
  merged_count integer NOT NULL,
  created_count integer NOT NULL,
  changed_count integer NOT NULL,
  unchanged_count integer NOT NULL,
  leaving_count integer NOT NULL,
  must_count integer NOT NULL,
  look_count integer NOT NULL,
  roster_hash bytea NOT NULL,
  leaving_act text,
  progress_percent smallint DEFAULT 0 NOT NULL,
  failure_code text,
  failure_params jsonb,
  created_by uuid,
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  applied_at timestamp with time zone,
  undoes uuid,
  options jsonb DEFAULT '{"choices": [], "createClasses": false}'::jsonb NOT NULL,
  check_phase text,
  rows_done integer DEFAULT 0 NOT NULL,
  rows_total integer DEFAULT 0 NOT NULL,
  check_tries smallint DEFAULT 0 NOT NULL,
  beat_at timestamp with time zone,
  CONSTRAINT roster_drafts_applied_has_time CHECK ((state = 'applied'::text) = (applied_at IS NOT NULL)),
  CONSTRAINT roster_drafts_check_phase CHECK (check_phase = ANY (ARRAY['waiting'::text, 'reading'::text, 'rows'::text, 'comparing'::text, 'keeping'::text])),
  CONSTRAINT roster_drafts_created_by_fkey FOREIGN KEY (created_by) REFERENCES persons(id) ON DELETE SET NULL,
  CONSTRAINT roster_drafts_leaving_act CHECK (leaving_act = ANY (ARRAY['keep'::text, 'end'::text])),
  CONSTRAINT roster_drafts_pkey PRIMARY KEY (id),
  CONSTRAINT roster_drafts_progress_percent CHECK (progress_percent >= 0 AND progress_percent <= 100),
  CONSTRAINT roster_drafts_school_id_fkey FOREIGN KEY (school_id) REFERENCES orgs(id) ON DELETE CASCADE,
  CONSTRAINT roster_drafts_state CHECK (state = ANY (ARRAY['checking'::text, 'refused'::text, 'checked'::text, 'applying'::text, 'applied'::text, 'failed'::text, 'discarded'::text])),
  CONSTRAINT roster_drafts_undoes_fkey FOREIGN KEY (undoes) REFERENCES roster_drafts(id) ON DELETE CASCADE
);
ALTER TABLE roster_drafts ENABLE ROW LEVEL SECURITY;

CREATE TABLE roster_headings (
  id uuid DEFAULT uuidv7() NOT NULL,
  school_id uuid NOT NULL,
  heading text NOT NULL,
  plain text NOT NULL,
  field text NOT NULL,
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT roster_headings_field CHECK (field = ANY (ARRAY['number'::text, 'name'::text, 'sex'::text, 'yearGroup'::text, 'class'::text, 'classNo'::text, 'staffNumber'::text, 'role'::text, 'classTeacherOf'::text])),
  CONSTRAINT roster_headings_pkey PRIMARY KEY (id),
  CONSTRAINT roster_headings_school_id_fkey FOREIGN KEY (school_id) REFERENCES orgs(id) ON DELETE CASCADE,
  CONSTRAINT roster_headings_school_id_plain_key UNIQUE (school_id, plain)
);
ALTER TABLE roster_headings ENABLE ROW LEVEL SECURITY;

CREATE TABLE roster_sync_runs (
  id uuid DEFAULT uuidv7() NOT NULL,
  school_id uuid NOT NULL,
  by_hand boolean NOT NULL,
  state text DEFAULT 'running'::text NOT NULL,
  counts jsonb,
  code text,
  params jsonb DEFAULT '{}'::jsonb NOT NULL,
  draft_id uuid,
  started_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  day date NOT NULL,
  finished_at timestamp with time zone,
  CONSTRAINT roster_sync_runs_draft_id_fkey FOREIGN KEY (draft_id) REFERENCES roster_drafts(id) ON DELETE SET NULL,
  CONSTRAINT roster_sync_runs_finished CHECK ((state = 'running'::text) = (finished_at IS NULL)),
  CONSTRAINT roster_sync_runs_pkey PRIMARY KEY (id),
  CONSTRAINT roster_sync_runs_school_id_fkey FOREIGN KEY (school_id) REFERENCES orgs(id) ON DELETE CASCADE,
  CONSTRAINT roster_sync_runs_state CHECK (state = ANY (ARRAY['running'::text, 'applied'::text, 'unchanged'::text, 'stopped'::text, 'failed'::text]))
);
ALTER TABLE roster_sync_runs ENABLE ROW LEVEL SECURITY;

CREATE TABLE roster_syncs (
  school_id uuid NOT NULL,
  kind text NOT NULL,
  address_cipher bytea,
  address_shown text,
  hour smallint NOT NULL,
  max_leaving_percent smallint NOT NULL,
  max_changed_percent smallint NOT NULL,
  leaving_act text NOT NULL,
  is_paused boolean DEFAULT false NOT NULL,
  updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT roster_syncs_hour CHECK (hour >= 0 AND hour <= 23),
  CONSTRAINT roster_syncs_kind CHECK (kind = ANY (ARRAY['folder'::text, 'url'::text])),
  CONSTRAINT roster_syncs_leaving_act CHECK (leaving_act = ANY (ARRAY['keep'::text, 'end'::text])),
  CONSTRAINT roster_syncs_percents CHECK (max_leaving_percent >= 0 AND max_leaving_percent <= 100 AND max_changed_percent >= 0 AND max_changed_percent <= 100),
  CONSTRAINT roster_syncs_pkey PRIMARY KEY (school_id),
  CONSTRAINT roster_syncs_school_id_fkey FOREIGN KEY (school_id) REFERENCES orgs(id) ON DELETE CASCADE,
  CONSTRAINT roster_syncs_url_has_address CHECK ((kind = 'url'::text) = (address_cipher IS NOT NULL))
);
ALTER TABLE roster_syncs ENABLE ROW LEVEL SECURITY;

CREATE TABLE runs (
  school_day date NOT NULL,
  planned_id uuid NOT NULL,
  started_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  taught_seconds integer,
  voice_seconds integer,
  CONSTRAINT runs_interval CHECK (ended_at >= started_at),
  CONSTRAINT runs_pkey PRIMARY KEY (school_day, planned_id),
  CONSTRAINT runs_taught_seconds CHECK (taught_seconds >= 0),
  CONSTRAINT runs_voice_seconds CHECK (voice_seconds >= 0)
);

CREATE TABLE school_days (
  org_id uuid NOT NULL,
  day date NOT NULL,
  kind text NOT NULL,
  teaches_weekday smallint,
  week_no smallint,
  opens_at timestamp with time zone NOT NULL,
  closes_at timestamp with time zone NOT NULL,
  opened_at timestamp with time zone,
  closed_at timestamp with time zone,
  CONSTRAINT school_days_kind CHECK (kind = ANY (ARRAY['teaching'::text, 'off'::text, 'closure'::text])),
  CONSTRAINT school_days_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs(id),
  CONSTRAINT school_days_pkey PRIMARY KEY (org_id, day),
  CONSTRAINT school_days_teaches_weekday CHECK (teaches_weekday >= 1 AND teaches_weekday <= 7)
);

CREATE TABLE school_signs (
  school_day date NOT NULL,
  school_id uuid NOT NULL,
  last_fact_at timestamp with time zone NOT NULL,
  CONSTRAINT school_signs_pkey PRIMARY KEY (school_day, school_id),
  CONSTRAINT school_signs_school_id_fkey FOREIGN KEY (school_id) REFERENCES orgs(id) ON DELETE CASCADE
);

CREATE TABLE sessions (
  id_hash bytea NOT NULL,
  account_id uuid NOT NULL,
  audience text NOT NULL,
  device_label text,
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  last_seen_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  idle_seconds integer NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  totp_at timestamp with time zone,
  totp_step bigint,
  CONSTRAINT sessions_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  CONSTRAINT sessions_audience CHECK (audience = ANY (ARRAY['learner'::text, 'staff'::text, 'schoolAdmin'::text])),
  CONSTRAINT sessions_pkey PRIMARY KEY (id_hash)
);

CREATE TABLE support_grants (
  id uuid DEFAULT uuidv7() NOT NULL,
  org_id uuid NOT NULL,
  reason text NOT NULL,
  minutes smallint NOT NULL,
  asked_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  decided_by uuid,
  decided_at timestamp with time zone,
  ends_at timestamp with time zone,
  ended_at timestamp with time zone,
  ended_by uuid,
  token_hash bytea,
  CONSTRAINT support_grants_decided CHECK (ends_at IS NULL OR decided_by IS NOT NULL),
  CONSTRAINT support_grants_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES persons(id),
  CONSTRAINT support_grants_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES persons(id),
  CONSTRAINT support_grants_four_hours CHECK (ends_at <= (decided_at + '04:00:00'::interval)),
  CONSTRAINT support_grants_minutes CHECK (minutes >= 10 AND minutes <= 240),
  CONSTRAINT support_grants_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs(id) ON DELETE CASCADE,
  CONSTRAINT support_grants_pkey PRIMARY KEY (id),
  CONSTRAINT support_grants_token_key UNIQUE (token_hash)
);

CREATE TABLE support_uses (
  id uuid DEFAULT uuidv7() NOT NULL,
  grant_id uuid NOT NULL,
  at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  operation text NOT NULL,
  url_path text NOT NULL,
  CONSTRAINT support_uses_grant_id_fkey FOREIGN KEY (grant_id) REFERENCES support_grants(id) ON DELETE CASCADE,
  CONSTRAINT support_uses_pkey PRIMARY KEY (id)
);

CREATE TABLE talk_keys (
  log_id uuid NOT NULL,
  key text NOT NULL,
  n integer NOT NULL,
  CONSTRAINT talk_keys_key_length CHECK (length(key) >= 1 AND length(key) <= 120),
  CONSTRAINT talk_keys_log_id_fkey FOREIGN KEY (log_id) REFERENCES lesson_logs(id),
  CONSTRAINT talk_keys_pkey PRIMARY KEY (log_id, key)
);

CREATE TABLE terms (
  id uuid DEFAULT uuidv7() NOT NULL,
  org_id uuid NOT NULL,
  title text NOT NULL,
  first_day date NOT NULL,
  last_day date NOT NULL,
  week1_monday date NOT NULL,
  CONSTRAINT terms_days CHECK (last_day > first_day),
  CONSTRAINT terms_org_id_daterange_excl EXCLUDE USING gist (org_id WITH =, daterange(first_day, last_day, '[]'::text) WITH &&),
  CONSTRAINT terms_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs(id),
  CONSTRAINT terms_pkey PRIMARY KEY (id),
  CONSTRAINT terms_week1_monday CHECK (EXTRACT(isodow FROM week1_monday) = 1::numeric)
);

CREATE TABLE timetable_imports (
  id uuid DEFAULT uuidv7() NOT NULL,
  school_id uuid NOT NULL,
  term_id uuid NOT NULL,
  file_name text NOT NULL,
  file_sha256 text NOT NULL,
  state text DEFAULT 'checked'::text NOT NULL,
  report jsonb NOT NULL,
  created_by uuid,
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  confirmed_at timestamp with time zone,
  kind text DEFAULT 'matrix'::text NOT NULL,
  CONSTRAINT timetable_imports_kind CHECK (kind = ANY (ARRAY['matrix'::text, 'term'::text])),
  CONSTRAINT timetable_imports_pkey PRIMARY KEY (id),
  CONSTRAINT timetable_imports_school_id_fkey FOREIGN KEY (school_id) REFERENCES orgs(id),
  CONSTRAINT timetable_imports_sha256 CHECK (file_sha256 ~ '^[0-9a-f]{64}$'::text),
  CONSTRAINT timetable_imports_state CHECK (state = ANY (ARRAY['checked'::text, 'confirmed'::text])),
  CONSTRAINT timetable_imports_term_id_fkey FOREIGN KEY (term_id) REFERENCES terms(id)
);

CREATE TABLE unit_figures (
  school_day date NOT NULL,
  org_id uuid NOT NULL,
  issue smallint NOT NULL,
  cut_off timestamp with time zone NOT NULL,
  issued_by uuid,
  figures jsonb NOT NULL,
  CONSTRAINT unit_figures_issue CHECK (issue >= 1),
  CONSTRAINT unit_figures_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs(id) ON DELETE CASCADE,
  CONSTRAINT unit_figures_pkey PRIMARY KEY (org_id, school_day, issue)
);

CREATE TABLE unit_imports (
  id uuid DEFAULT uuidv7() NOT NULL,
  org_id uuid NOT NULL,
  file_name text NOT NULL,
  file_sha256 text NOT NULL,
  state text DEFAULT 'checked'::text NOT NULL,
  report jsonb NOT NULL,
  created_by uuid,
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  confirmed_at timestamp with time zone,
  CONSTRAINT unit_imports_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs(id),
  CONSTRAINT unit_imports_pkey PRIMARY KEY (id),
  CONSTRAINT unit_imports_state CHECK (state = ANY (ARRAY['checked'::text, 'confirmed'::text]))
);

CREATE TABLE unit_officers (
  org_id uuid NOT NULL,
  role text NOT NULL,
  name text NOT NULL,
  sex text,
  department text NOT NULL,
  post text NOT NULL,
  cipher bytea NOT NULL,
  key_id text NOT NULL,
  filled_on date NOT NULL,
  CONSTRAINT unit_officers_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs(id) ON DELETE CASCADE,
  CONSTRAINT unit_officers_pkey PRIMARY KEY (org_id, role),
  CONSTRAINT unit_officers_role CHECK (role = ANY (ARRAY['responsible'::text, 'liaison'::text])),
  CONSTRAINT unit_officers_sex CHECK (sex = ANY (ARRAY['female'::text, 'male'::text]))
);
ALTER TABLE unit_officers ENABLE ROW LEVEL SECURITY;

CREATE TABLE week_publications (
  term_id uuid NOT NULL,
  school_id uuid NOT NULL,
  week_no smallint NOT NULL,
  version integer NOT NULL,
  published_at timestamp with time zone NOT NULL,
  published_by uuid,
  report jsonb NOT NULL,
  CONSTRAINT week_publications_pkey PRIMARY KEY (school_id, term_id, week_no, version),
  CONSTRAINT week_publications_school_id_fkey FOREIGN KEY (school_id) REFERENCES orgs(id),
  CONSTRAINT week_publications_term_id_fkey FOREIGN KEY (term_id) REFERENCES terms(id)
);

-- Comments: sensitivity and purpose of columns

COMMENT ON COLUMN accounts.login_name IS 'sensitivity=3 purpose=sign in';
COMMENT ON COLUMN accounts.password_hash IS 'sensitivity=4 purpose=sign in';
COMMENT ON COLUMN accounts.totp_cipher IS 'sensitivity=4 purpose=second step of signing in';
COMMENT ON COLUMN accounts.totp_last_step IS 'sensitivity=2 purpose=take no code of the second step twice';
COMMENT ON COLUMN accounts.totp_pending_cipher IS 'sensitivity=4 purpose=second step of signing in';
COMMENT ON COLUMN adult_gaps.person_id IS 'sensitivity=2 purpose=nobody is without a named adult';
COMMENT ON TABLE audit_seals IS 'Chain over the audit lines: each seal holds the hash of the one before it';
COMMENT ON COLUMN calendar_feeds.owner_id IS 'sensitivity=1 purpose=give a person their own timetable';
COMMENT ON COLUMN calendar_feeds.pupil_id IS 'sensitivity=2 purpose=give a person their own timetable';
COMMENT ON COLUMN calendar_feeds.secret_cipher IS 'sensitivity=3 purpose=show the owner the address again';
COMMENT ON COLUMN cannot_attend.person_id IS 'sensitivity=2 purpose=help a pupil who cannot attend';
COMMENT ON COLUMN cannot_attend.reason IS 'sensitivity=3 purpose=help a pupil who cannot attend';
COMMENT ON COLUMN class_compositions.class_id IS 'sensitivity=1 purpose=teaching class';
COMMENT ON COLUMN class_compositions.homeroom_id IS 'sensitivity=1 purpose=whose pupils it has';
COMMENT ON COLUMN class_exemptions.class_id IS 'sensitivity=1 purpose=teaching class';
COMMENT ON COLUMN class_exemptions.person_id IS 'sensitivity=2 purpose=who does not take it';
COMMENT ON TABLE clock IS 'Offset of the product clock from the database clock';
COMMENT ON COLUMN consents.answer IS 'sensitivity=3 purpose=guardian consent';
COMMENT ON COLUMN consents.guardian_id IS 'sensitivity=2 purpose=guardian consent';
COMMENT ON COLUMN contact_log.outcome IS 'sensitivity=3 purpose=follow up an unreached pupil';
COMMENT ON COLUMN contact_log.reason IS 'sensitivity=3 purpose=follow up an unreached pupil';
COMMENT ON COLUMN contact_log.note IS 'sensitivity=4 purpose=follow up an unreached pupil';
COMMENT ON COLUMN contacts.cipher IS 'sensitivity=4 purpose=follow up an unreached pupil';
COMMENT ON COLUMN contacts.tail IS 'sensitivity=3 purpose=recognise the right contact';
COMMENT ON COLUMN contests.person_id IS 'sensitivity=2 purpose=answer a family';
COMMENT ON COLUMN contests.reason IS 'sensitivity=3 purpose=answer a family';
COMMENT ON COLUMN contests.note IS 'sensitivity=4 purpose=answer a family';
COMMENT ON COLUMN contests.answer IS 'sensitivity=3 purpose=answer a family';
COMMENT ON COLUMN enrollments.by_class_id IS 'sensitivity=2 purpose=follow the homeroom class';
COMMENT ON COLUMN expectations.person_id IS 'sensitivity=2 purpose=reach of the day';
COMMENT ON COLUMN expectations.state IS 'sensitivity=3 purpose=reach of the day';
COMMENT ON COLUMN expectations.evidence IS 'sensitivity=3 purpose=show pupil and guardian why';
COMMENT ON COLUMN facts.person_id IS 'sensitivity=2 purpose=reach of the day';
COMMENT ON COLUMN facts.outcome IS 'sensitivity=3 purpose=reach of the day';
COMMENT ON COLUMN facts.detail IS 'sensitivity=3 purpose=show pupil and guardian why';
COMMENT ON COLUMN follow_ups.person_id IS 'sensitivity=3 purpose=follow up an unreached pupil';
COMMENT ON COLUMN follow_ups.reason IS 'sensitivity=3 purpose=follow up an unreached pupil';
COMMENT ON COLUMN follow_ups.closing_reason IS 'sensitivity=3 purpose=follow up an unreached pupil';
COMMENT ON COLUMN log_heard.heard IS 'sensitivity=2 purpose=know who was reached';
COMMENT ON COLUMN log_tail.bytes IS 'sensitivity=3 purpose=teach and replay the lesson';
COMMENT ON COLUMN org_moves.reason IS 'sensitivity=1 purpose=why the unit was moved or merged';
COMMENT ON COLUMN org_moves.document IS 'sensitivity=1 purpose=title and number of the paper that decided it';
COMMENT ON COLUMN org_moves.decided_by IS 'sensitivity=2 purpose=who moved the unit';
COMMENT ON COLUMN orgs.name IS 'sensitivity=1 purpose=identify the unit';
COMMENT ON COLUMN persons.id IS 'sensitivity=1 purpose=key';
COMMENT ON COLUMN persons.home_org_id IS 'sensitivity=2 purpose=membership';
COMMENT ON COLUMN persons.number IS 'sensitivity=2 purpose=match rosters';
COMMENT ON COLUMN persons.name IS 'sensitivity=3 purpose=call the roll';
COMMENT ON COLUMN persons.name_readings IS 'sensitivity=3 purpose=search and sort names';
COMMENT ON COLUMN persons.under14_until IS 'sensitivity=3 purpose=guardian consent';
COMMENT ON COLUMN persons.sex IS 'sensitivity=3 purpose=statutory class lists (optional)';
COMMENT ON COLUMN persons.status IS 'sensitivity=2 purpose=membership';
COMMENT ON COLUMN persons.is_demo IS 'sensitivity=1 purpose=remove the demo';
COMMENT ON COLUMN persons.created_at IS 'sensitivity=1 purpose=retention';
COMMENT ON COLUMN persons.reading_corrected IS 'sensitivity=1 purpose=keep the reading the school gave';
COMMENT ON COLUMN persons.found_by IS 'sensitivity=3 purpose=search names';
COMMENT ON COLUMN plan_items.teacher_names IS 'sensitivity=2 purpose=name the teacher of a lesson';
COMMENT ON COLUMN poll_answers.person_id IS 'sensitivity=2 purpose=see who understood the lesson';
COMMENT ON COLUMN poll_answers.chosen IS 'sensitivity=3 purpose=see who understood the lesson';
COMMENT ON COLUMN poll_answers.written IS 'sensitivity=3 purpose=see who understood the lesson';
COMMENT ON COLUMN presence.person_id IS 'sensitivity=2 purpose=know who was reached';
COMMENT ON COLUMN presence.heard_ms IS 'sensitivity=2 purpose=know who was reached';
COMMENT ON COLUMN reach_days.person_id IS 'sensitivity=2 purpose=reach of the day';
COMMENT ON COLUMN reach_days.state IS 'sensitivity=3 purpose=reach of the day';
COMMENT ON COLUMN reach_days.way IS 'sensitivity=2 purpose=reach of the day';
COMMENT ON COLUMN recovery_codes.account_id IS 'sensitivity=1 purpose=whose code it is';
COMMENT ON COLUMN recovery_codes.code_hash IS 'sensitivity=4 purpose=second step of signing in without a telephone';
COMMENT ON COLUMN recovery_codes.used_at IS 'sensitivity=2 purpose=take no code of the second step twice';
COMMENT ON COLUMN roll_call_answers.person_id IS 'sensitivity=2 purpose=know who was reached';
COMMENT ON COLUMN room_entries.person_id IS 'sensitivity=2 purpose=know who was reached';
COMMENT ON COLUMN room_entries.entered_at IS 'sensitivity=2 purpose=know who was reached';
COMMENT ON COLUMN room_entries.last_seen_at IS 'sensitivity=2 purpose=see who dropped out';
COMMENT ON COLUMN room_removals.person_id IS 'sensitivity=3 purpose=keep a lesson undisturbed';
COMMENT ON COLUMN roster_draft_guardians.name IS 'sensitivity=3 purpose=check an import';
COMMENT ON COLUMN roster_draft_guardians.cipher IS 'sensitivity=4 purpose=follow up an unreached pupil';
COMMENT ON COLUMN roster_draft_guardians.tail IS 'sensitivity=3 purpose=recognise the right contact';
COMMENT ON COLUMN roster_draft_guardians.hash IS 'sensitivity=4 purpose=one guardian for several children';
COMMENT ON COLUMN roster_draft_guardians.external_id IS 'sensitivity=2 purpose=match rosters';
COMMENT ON COLUMN roster_draft_members.person_id IS 'sensitivity=2 purpose=check an import';
COMMENT ON COLUMN roster_draft_members.role IS 'sensitivity=2 purpose=check an import';
COMMENT ON COLUMN roster_draft_problems.params IS 'sensitivity=3 purpose=say what is wrong with a row';
COMMENT ON COLUMN roster_draft_problems.suggestion IS 'sensitivity=3 purpose=say what to write instead';
COMMENT ON COLUMN roster_draft_rows.number IS 'sensitivity=2 purpose=match rosters';
COMMENT ON COLUMN roster_draft_rows.name IS 'sensitivity=3 purpose=check an import';
COMMENT ON COLUMN roster_draft_rows.sex IS 'sensitivity=3 purpose=check an import';
COMMENT ON COLUMN roster_draft_rows.guardian_name IS 'sensitivity=3 purpose=check an import';
COMMENT ON COLUMN roster_draft_rows.guardian_cipher IS 'sensitivity=4 purpose=follow up an unreached pupil';
COMMENT ON COLUMN roster_draft_rows.guardian_tail IS 'sensitivity=3 purpose=recognise the right contact';
COMMENT ON COLUMN roster_draft_rows.guardian_hash IS 'sensitivity=4 purpose=one guardian for several children';
COMMENT ON COLUMN roster_draft_rows.before IS 'sensitivity=3 purpose=check an import';
COMMENT ON COLUMN roster_draft_rows.given IS 'sensitivity=3 purpose=give the rows back with their problems';
COMMENT ON COLUMN roster_draft_rows.external_id IS 'sensitivity=2 purpose=match rosters';
COMMENT ON COLUMN roster_draft_rows.name_readings IS 'sensitivity=3 purpose=search and sort names';
COMMENT ON COLUMN roster_syncs.address_cipher IS 'sensitivity=4 purpose=fetch a roster';
COMMENT ON COLUMN sessions.device_label IS 'sensitivity=2 purpose=recognise one''s own device by a word';
COMMENT ON COLUMN sessions.totp_at IS 'sensitivity=2 purpose=when the second step was last answered on this device';
COMMENT ON COLUMN sessions.totp_step IS 'sensitivity=2 purpose=let a device repeat an answer that got lost, and no other device';
COMMENT ON COLUMN support_grants.reason IS 'sensitivity=1 purpose=why the operator asks to look';
COMMENT ON COLUMN support_grants.decided_by IS 'sensitivity=2 purpose=who let the operator look';
COMMENT ON COLUMN support_grants.ended_by IS 'sensitivity=2 purpose=who ended it';
COMMENT ON COLUMN support_grants.token_hash IS 'sensitivity=4 purpose=open what was granted';
COMMENT ON COLUMN support_uses.url_path IS 'sensitivity=2 purpose=what the operator looked at';
COMMENT ON COLUMN unit_figures.issued_by IS 'sensitivity=2 purpose=who answers for a corrected figure';
COMMENT ON COLUMN unit_figures.figures IS 'sensitivity=1 purpose=report of a unit; counts of units, no person';
COMMENT ON COLUMN unit_imports.id IS 'sensitivity=1 purpose=key';
COMMENT ON COLUMN unit_imports.org_id IS 'sensitivity=1 purpose=below which unit';
COMMENT ON COLUMN unit_imports.file_name IS 'sensitivity=2 purpose=recognise the upload';
COMMENT ON COLUMN unit_imports.file_sha256 IS 'sensitivity=1 purpose=find the upload';
COMMENT ON COLUMN unit_imports.state IS 'sensitivity=1 purpose=confirm once';
COMMENT ON COLUMN unit_imports.report IS 'sensitivity=1 purpose=what the import does';
COMMENT ON COLUMN unit_imports.created_by IS 'sensitivity=2 purpose=who uploaded it';
COMMENT ON COLUMN unit_imports.created_at IS 'sensitivity=1 purpose=retention';
COMMENT ON COLUMN unit_imports.confirmed_at IS 'sensitivity=1 purpose=retention';
COMMENT ON COLUMN unit_officers.name IS 'sensitivity=3 purpose=list of those who answer for online teaching';
COMMENT ON COLUMN unit_officers.sex IS 'sensitivity=2 purpose=list of those who answer for online teaching';
COMMENT ON COLUMN unit_officers.department IS 'sensitivity=1 purpose=list of those who answer for online teaching';
COMMENT ON COLUMN unit_officers.post IS 'sensitivity=1 purpose=list of those who answer for online teaching';
COMMENT ON COLUMN unit_officers.cipher IS 'sensitivity=4 purpose=reach those who answer for online teaching';

-- Indexes

CREATE INDEX appointments_org_id_role_idx ON public.appointments USING btree (org_id, role);
CREATE INDEX audit_lines_org_id_at_idx ON public.audit_lines USING btree (org_id, at);
CREATE INDEX audit_lines_unsealed_idx ON public.audit_lines USING btree (id) WHERE (seal_no IS NULL);
CREATE UNIQUE INDEX bell_plans_one_default_key ON public.bell_plans USING btree (school_id) WHERE (year_groups = '{}'::text[]);
CREATE INDEX bookings_lesson_id_idx ON public.bookings USING btree (school_day, lesson_id);
CREATE UNIQUE INDEX calendar_feeds_secret_hash_key ON public.calendar_feeds USING btree (secret_hash);
CREATE UNIQUE INDEX calendar_feeds_standing_key ON public.calendar_feeds USING btree (owner_id, kind, pupil_id, class_id) NULLS NOT DISTINCT WHERE (revoked_at IS NULL);
CREATE UNIQUE INDEX cannot_attend_standing_key ON public.cannot_attend USING btree (school_day, person_id, planned_id) NULLS NOT DISTINCT WHERE (withdrawn_at IS NULL);
CREATE INDEX care_duties_adult_id_idx ON public.care_duties USING btree (adult_id);
CREATE INDEX care_duties_class_id_idx ON public.care_duties USING btree (class_id) WHERE (class_id IS NOT NULL);
CREATE INDEX care_duties_deputy_id_idx ON public.care_duties USING btree (deputy_id) WHERE (deputy_id IS NOT NULL);
CREATE INDEX care_duties_org_id_idx ON public.care_duties USING btree (org_id) WHERE (org_id IS NOT NULL);
CREATE INDEX care_duties_pupil_id_idx ON public.care_duties USING btree (pupil_id) WHERE (pupil_id IS NOT NULL);
CREATE INDEX claims_account_id_idx ON public.claims USING btree (account_id);
CREATE UNIQUE INDEX claims_spoken_open_key ON public.claims USING btree (spoken_hash) WHERE (used_at IS NULL);
CREATE INDEX class_compositions_homeroom_id_idx ON public.class_compositions USING btree (homeroom_id);
CREATE INDEX class_exemptions_person_id_idx ON public.class_exemptions USING btree (person_id);
CREATE INDEX classes_org_id_idx ON public.classes USING btree (org_id);
CREATE INDEX classes_school_id_term_id_idx ON public.classes USING btree (school_id, term_id);
CREATE INDEX consents_guardian_id_idx ON public.consents USING btree (guardian_id);
CREATE INDEX consents_person_id_idx ON public.consents USING btree (person_id, purpose, id DESC);
CREATE INDEX contact_log_follow_up_id_idx ON public.contact_log USING btree (follow_up_id, at);
CREATE UNIQUE INDEX contests_one_open_key ON public.contests USING btree (school_day, person_id, planned_id) WHERE (state = 'open'::text);
CREATE INDEX contests_school_id_idx ON public.contests USING btree (school_id, opened_at) WHERE (state = 'open'::text);
CREATE INDEX enrollments_by_class_id_idx ON public.enrollments USING btree (by_class_id) WHERE (by_class_id IS NOT NULL);
CREATE INDEX enrollments_class_id_idx ON public.enrollments USING btree (class_id) INCLUDE (person_id, role, during);
CREATE INDEX expectations_person_id_idx ON ONLY public.expectations USING btree (person_id, school_day);
CREATE INDEX expectations_via_class_id_idx ON ONLY public.expectations USING btree (via_class_id, school_day);
CREATE INDEX external_ids_entity_id_idx ON public.external_ids USING btree (entity_id);
CREATE INDEX external_ids_external_id_idx ON public.external_ids USING btree (external_id);
CREATE INDEX facts_person_id_idx ON ONLY public.facts USING btree (person_id, school_day);
CREATE INDEX facts_planned_id_idx ON ONLY public.facts USING btree (school_day, planned_id);
CREATE INDEX files_sha256_idx ON public.files USING btree (sha256);
CREATE INDEX follow_ups_adult_id_idx ON public.follow_ups USING btree (adult_id, due_at) WHERE (state = 'open'::text);
CREATE INDEX follow_ups_deputy_id_idx ON public.follow_ups USING btree (deputy_id, due_at) WHERE (state = 'open'::text);
CREATE UNIQUE INDEX follow_ups_one_open_key ON public.follow_ups USING btree (person_id) WHERE (state = 'open'::text);
CREATE INDEX follow_ups_person_id_idx ON public.follow_ups USING btree (person_id, opened_at);
CREATE INDEX follow_ups_school_id_idx ON public.follow_ups USING btree (school_id, due_at) WHERE (state = 'open'::text);
CREATE INDEX guardianships_guardian_id_idx ON public.guardianships USING btree (guardian_id);
CREATE UNIQUE INDEX holidays_org_day_key ON public.holidays USING btree (COALESCE(org_id, '00000000-0000-0000-0000-000000000000'::uuid), day);
CREATE INDEX idempotency_keys_created_at_idx ON public.idempotency_keys USING btree (created_at);
CREATE INDEX lesson_audiences_class_id_idx ON ONLY public.lesson_audiences USING btree (class_id, school_day);
CREATE INDEX lesson_audiences_own_teacher_id_idx ON ONLY public.lesson_audiences USING btree (own_teacher_id, school_day) WHERE (own_teacher_id IS NOT NULL);
CREATE INDEX lesson_logs_retention_until_idx ON public.lesson_logs USING btree (retention_until);
CREATE INDEX lesson_logs_unsealed_idx ON public.lesson_logs USING btree (id) WHERE (sealed_at IS NULL);
CREATE INDEX lesson_staff_person_id_idx ON ONLY public.lesson_staff USING btree (person_id, school_day);
CREATE INDEX lessons_log_id_idx ON ONLY public.lessons USING btree (log_id);
CREATE INDEX lessons_plan_origin_id_idx ON ONLY public.lessons USING btree (plan_origin_id, week_no);
CREATE UNIQUE INDEX lessons_plan_origin_id_key ON ONLY public.lessons USING btree (school_day, plan_origin_id, week_no) WHERE ((plan_origin_id IS NOT NULL) AND (status <> ALL (ARRAY['moved'::text, 'cancelled'::text])));
CREATE INDEX lessons_school_id_idx ON ONLY public.lessons USING btree (school_id, school_day);
CREATE INDEX log_pages_files_idx ON public.log_pages USING btree (large_sha256);
CREATE INDEX orgs_parent_id_idx ON public.orgs USING btree (parent_id);
CREATE INDEX orgs_path_idx ON public.orgs USING gist (path);
CREATE INDEX persons_found_by_idx ON public.persons USING gin (found_by);
CREATE INDEX persons_unread_idx ON public.persons USING btree (id) WHERE (name_readings = '{}'::text[]);
CREATE INDEX plan_changes_lesson_id_idx ON public.plan_changes USING btree (lesson_id);
CREATE INDEX plan_changes_school_id_idx ON public.plan_changes USING btree (school_id, school_day);
CREATE INDEX plan_item_audiences_class_id_idx ON public.plan_item_audiences USING btree (class_id);
CREATE INDEX plan_item_staff_person_id_idx ON public.plan_item_staff USING btree (person_id);
CREATE INDEX plan_items_held_idx ON public.plan_items USING btree (school_id, term_id) WHERE held;
CREATE INDEX plan_items_origin_id_idx ON public.plan_items USING btree (origin_id);
CREATE INDEX plan_items_school_id_term_id_idx ON public.plan_items USING btree (school_id, term_id);
CREATE UNIQUE INDEX plan_items_source_key_key ON public.plan_items USING btree (school_id, term_id, source_key) WHERE (source_key IS NOT NULL);
CREATE INDEX polls_lesson_idx ON public.polls USING btree (school_day, lesson_id);
CREATE INDEX reach_days_org_id_idx ON ONLY public.reach_days USING btree (org_id, school_day);
CREATE INDEX reach_days_school_id_idx ON ONLY public.reach_days USING btree (school_id, school_day);
CREATE INDEX roll_calls_lesson_idx ON public.roll_calls USING btree (school_day, lesson_id);
CREATE INDEX rollups_org_id_idx ON public.rollups USING btree (org_id, school_day);
CREATE INDEX room_tickets_expires_at_idx ON public.room_tickets USING btree (expires_at);
CREATE INDEX roster_draft_leaving_person_id_idx ON public.roster_draft_leaving USING btree (person_id);
CREATE INDEX roster_draft_rows_row_idx ON public.roster_draft_rows USING btree (draft_id, sheet, "row");
CREATE INDEX roster_drafts_at_work_idx ON public.roster_drafts USING btree (beat_at) WHERE (state = ANY (ARRAY['checking'::text, 'applying'::text]));
CREATE INDEX roster_drafts_created_at_idx ON public.roster_drafts USING btree (created_at);
CREATE INDEX roster_drafts_school_id_created_at_idx ON public.roster_drafts USING btree (school_id, created_at DESC);
CREATE INDEX roster_drafts_undoes_idx ON public.roster_drafts USING btree (undoes) WHERE (undoes IS NOT NULL);
CREATE INDEX roster_sync_runs_draft_id_idx ON public.roster_sync_runs USING btree (draft_id) WHERE (draft_id IS NOT NULL);
CREATE UNIQUE INDEX roster_sync_runs_one_running_key ON public.roster_sync_runs USING btree (school_id) WHERE (state = 'running'::text);
CREATE INDEX roster_sync_runs_school_id_idx ON public.roster_sync_runs USING btree (school_id, started_at DESC);
CREATE INDEX school_days_to_close_idx ON public.school_days USING btree (closes_at) WHERE (closed_at IS NULL);
CREATE INDEX school_days_to_open_idx ON public.school_days USING btree (opens_at) WHERE (opened_at IS NULL);
CREATE INDEX sessions_account_id_idx ON public.sessions USING btree (account_id);
CREATE INDEX support_grants_org_id_idx ON public.support_grants USING btree (org_id, asked_at DESC);
CREATE INDEX support_uses_grant_id_idx ON public.support_uses USING btree (grant_id, id DESC);
CREATE INDEX timetable_imports_school_id_idx ON public.timetable_imports USING btree (school_id, created_at);
CREATE INDEX unit_imports_org_id_idx ON public.unit_imports USING btree (org_id, id DESC);

-- Functions

CREATE OR REPLACE FUNCTION public.adult_for(pupil uuid, day date)
 RETURNS TABLE(adult_id uuid, deputy_id uuid, via text)
 LANGUAGE sql
 STABLE ROWS 1
AS $function$
  WITH home AS (
    SELECT h.class_id, h.org_id, h.school_id, h.year_group, o.path
    FROM home_classes(adult_for.day) h JOIN orgs o ON o.id = h.org_id
    WHERE h.person_id = adult_for.pupil
    UNION ALL
    SELECT NULL, p.home_org_id, p.home_org_id, NULL, o.path
    FROM persons p JOIN orgs o ON o.id = p.home_org_id
    WHERE p.id = adult_for.pupil
      AND NOT EXISTS (SELECT FROM home_classes(adult_for.day) h WHERE h.person_id = adult_for.pupil)
  ),
  candidates AS (
    SELECT 1 AS rank, 0 AS depth, d.adult_id, d.deputy_id, 'careDuty' AS via
    FROM care_duties d WHERE d.pupil_id = adult_for.pupil AND d.during @> adult_for.day
    UNION ALL
    SELECT 2, 0, d.adult_id, d.deputy_id, 'careDuty'
    FROM home JOIN care_duties d ON d.class_id = home.class_id AND d.during @> adult_for.day
    UNION ALL
    SELECT 3, 0, m.person_id, NULL, 'classTeacher'
    FROM home JOIN class_members(adult_for.day) m ON m.class_id = home.class_id AND m.role = 'classTeacher'
    UNION ALL
    SELECT 4, 0, m.person_id, NULL, 'counsellor'
    FROM home JOIN class_members(adult_for.day) m ON m.class_id = home.class_id AND m.role = 'counsellor'
    UNION ALL
    SELECT 5, -nlevel(o.path), d.adult_id, d.deputy_id, 'counsellor'
    FROM home JOIN orgs o ON o.path @> home.path
    JOIN care_duties d ON d.org_id = o.id AND d.during @> adult_for.day
      AND (d.year_group IS NULL OR d.year_group = home.year_group)
    UNION ALL
    SELECT CASE a.role WHEN 'schoolDeputy' THEN 6 WHEN 'principal' THEN 7 ELSE 8 END, -nlevel(o.path), a.person_id, NULL, 'schoolDeputy'
    FROM home JOIN orgs o ON o.path @> home.path AND o.kind IN ('school', 'campus', 'college')
    JOIN appointments a ON a.org_id = o.id AND a.during @> adult_for.day
      AND a.role IN ('schoolDeputy', 'principal', 'schoolAdmin')
  )
  SELECT c.adult_id, c.deputy_id, c.via
  FROM candidates c JOIN persons p ON p.id = c.adult_id AND p.status = 'active'
  ORDER BY c.rank, c.depth, p.number, p.id LIMIT 1
$function$;

CREATE OR REPLACE FUNCTION public.app_now()
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ SELECT clock_timestamp() + clock_offset FROM clock $function$;

CREATE OR REPLACE FUNCTION public.app_person()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  SELECT nullif(current_setting('app.person', true), '')::uuid
$function$;

CREATE OR REPLACE FUNCTION public.app_scope()
 RETURNS uuid[]
 LANGUAGE plpgsql
 STABLE
AS $function$
BEGIN
  RETURN CASE WHEN app_person() IS NOT NULL THEN reader_scope(app_person()) END;
END $function$;

CREATE OR REPLACE FUNCTION public.class_members(day date)
 RETURNS TABLE(class_id uuid, person_id uuid, role text, is_home boolean, school_id uuid)
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  SELECT e.class_id, e.person_id, e.role, e.is_home, c.school_id
  FROM enrollments e JOIN classes c ON c.id = e.class_id
  WHERE e.during @> $1 AND c.during @> $1
$function$;

CREATE OR REPLACE FUNCTION public.consent_stands(person uuid, wanted text, day date)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  SELECT NOT EXISTS (SELECT FROM minors m WHERE m.person_id = $1 AND m.under14_until > $3)
    OR EXISTS (SELECT FROM standing_consents s
      WHERE s.person_id = $1 AND s.purpose = $2 AND s.answer = 'given' AND s.is_current)
$function$;

CREATE OR REPLACE FUNCTION public.consents_insert_only()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'consents are never changed; write a new answer' USING ERRCODE = 'integrity_constraint_violation';
END $function$;

CREATE OR REPLACE FUNCTION public.course_group_members(day date)
 RETURNS TABLE(class_id uuid, person_id uuid, role text)
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  SELECT g.class_id, m.person_id, m.role FROM course_groups g JOIN class_members($1) m USING (class_id)
  UNION
  SELECT g.class_id, care.person_id, care.role
  FROM course_groups g
  JOIN class_members($1) pupil ON pupil.class_id = g.class_id AND pupil.role = 'pupil'
  JOIN home_classes($1) home ON home.person_id = pupil.person_id
  JOIN class_members($1) care ON care.class_id = home.class_id AND care.role IN ('classTeacher', 'counsellor')
$function$;

CREATE OR REPLACE FUNCTION public.ensure_month_partition(parent text, day date)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  month date := date_trunc('month', day)::date;
  part text := format('%s_y%sm%s', parent, to_char(month, 'YYYY'), to_char(month, 'MM'));
BEGIN
  IF to_regclass(part) IS NULL THEN
    PERFORM pg_advisory_xact_lock(hashtext('ensure_month_partition'), hashtext(part));
    BEGIN
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE)',
        part, parent);
      EXECUTE format('ALTER TABLE %I ALTER COLUMN school_day SET STATISTICS 0', part);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        parent, part, month, (month + interval '1 month')::date);
    EXCEPTION WHEN duplicate_table THEN
      -- Somebody else made and attached it while this one waited for the lock.
      NULL;
    END;
  END IF;
END $function$;

CREATE OR REPLACE FUNCTION public.fact_id(source text, source_key text)
 RETURNS uuid
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
  SELECT encode(substring(sha256(convert_to(source || ' ' || source_key, 'UTF8')) FROM 1 FOR 16), 'hex')::uuid
$function$;

CREATE OR REPLACE FUNCTION public.facts_insert_only()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'facts are never changed; write a fact that supersedes' USING ERRCODE = 'integrity_constraint_violation';
END $function$;

CREATE OR REPLACE FUNCTION public.home_classes(day date)
 RETURNS TABLE(person_id uuid, class_id uuid, class_name text, org_id uuid, school_id uuid, year_group text)
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  SELECT e.person_id, c.id, c.name, c.org_id, c.school_id, c.year_group
  FROM enrollments e JOIN classes c ON c.id = e.class_id
  WHERE e.is_home AND e.role = 'pupil' AND e.during @> $1
$function$;

CREATE OR REPLACE FUNCTION public.lesson_people(day date)
 RETURNS TABLE(lesson_id uuid, person_id uuid, via_class_id uuid, school_id uuid, starts_at timestamp with time zone, ends_at timestamp with time zone, mode text)
 LANGUAGE sql
 STABLE PARALLEL SAFE ROWS 10000
AS $function$
  SELECT DISTINCT ON (l.id, m.person_id) l.id, m.person_id, a.class_id, l.school_id, l.starts_at, l.ends_at, l.mode
  FROM lessons l
  JOIN lesson_audiences a ON a.school_day = l.school_day AND a.lesson_id = l.id
  JOIN class_members($1) m ON m.class_id = a.class_id AND m.role = 'pupil'
  WHERE l.school_day = $1 AND l.status NOT IN ('cancelled', 'moved')
  ORDER BY l.id, m.person_id, m.is_home DESC, a.class_id
$function$;

CREATE OR REPLACE FUNCTION public.lesson_words(day date, lesson uuid)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$
  SELECT coalesce((
      SELECT string_agg(named.name, '、' ORDER BY named.name) FROM (
        SELECT c.name FROM lesson_audiences a JOIN classes c ON c.id = a.class_id
        WHERE a.school_day = lesson_words.day AND a.lesson_id = lesson_words.lesson ORDER BY c.name LIMIT 3) named), '')
    || ' ' || course.title
  FROM lessons l JOIN courses course ON course.id = l.course_id
  WHERE l.school_day = lesson_words.day AND l.id = lesson_words.lesson
$function$;

CREATE OR REPLACE FUNCTION public.log_voice_ms(log uuid)
 RETURNS integer
 LANGUAGE sql
 STABLE
AS $function$
  SELECT greatest(
    coalesce((SELECT t.start_ms + t.duration_ms FROM log_tail t WHERE t.log_id = $1 AND t.track = 1 ORDER BY t.n DESC LIMIT 1), 0),
    (SELECT l.sealed_ms FROM lesson_logs l WHERE l.id = $1))
$function$;

CREATE OR REPLACE FUNCTION public.mark_dirty(day date, persons uuid[])
 RETURNS void
 LANGUAGE sql
AS $function$
  INSERT INTO dirty_classes (school_day, class_id)
  SELECT DISTINCT mark_dirty.day, r.class_id FROM roll_classes(mark_dirty.day, mark_dirty.persons) r
  WHERE r.class_id IS NOT NULL
$function$;

CREATE OR REPLACE FUNCTION public.name_words(name text, number text, readings text[])
 RETURNS text[]
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
DECLARE
  bare text := regexp_replace(lower(normalize(name, NFKC)), '[\s·•・‧.''’]+', '', 'g');
  digits text := lower(normalize(number, NFKC));
  words text[] := ARRAY[digits, right(digits, 4)];
  reading text;
  syllables text[];
  whole text;
  initials text;
BEGIN
  IF bare ~ '^[ -~]+$' THEN
    words := words || bare;
  ELSE
    FOR n IN 1 .. length(bare) LOOP words := words || substr(bare, n); END LOOP;
  END IF;
  FOREACH reading IN ARRAY coalesce(readings, '{}') LOOP
    syllables := string_to_array(reading, ' ');
    whole := '';
    initials := '';
    -- From the last syllable to the first: what follows grows by one each time.
    FOR n IN REVERSE cardinality(syllables) .. 1 LOOP
      IF n = 1 THEN words := words || (syllables[1] || initials); END IF;
      whole := syllables[n] || whole;
      initials := left(syllables[n], 1) || initials;
      words := words || whole || initials;
    END LOOP;
  END LOOP;
  RETURN ARRAY(SELECT DISTINCT word FROM unnest(words) AS word WHERE word <> '' ORDER BY word);
END
$function$;

CREATE OR REPLACE FUNCTION public.named_adults(day date)
 RETURNS TABLE(person_id uuid, class_id uuid, school_id uuid, adult_id uuid, deputy_id uuid, via text)
 LANGUAGE sql
 STABLE
AS $function$
  SELECT h.person_id, h.class_id, h.school_id, a.adult_id, a.deputy_id, a.via
  FROM home_classes($1) h LEFT JOIN LATERAL adult_for(h.person_id, $1) a ON true
$function$;

CREATE OR REPLACE FUNCTION public.org_tree(day date)
 RETURNS TABLE(org_id uuid, parent_id uuid, kind text, code text, name text)
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  SELECT o.id, CASE WHEN m.org_id IS NULL THEN o.parent_id ELSE m.parent_id END, o.kind, o.code, o.name
  FROM orgs o LEFT JOIN org_moves m ON m.org_id = o.id AND m.during @> $1
$function$;

CREATE OR REPLACE FUNCTION public.orgs_above(units uuid[], day date)
 RETURNS TABLE(org_id uuid, height integer)
 LANGUAGE sql
 STABLE ROWS 10
AS $function$
  WITH RECURSIVE up AS (
    SELECT unnest(units) AS org_id, 0 AS height
    UNION
    SELECT CASE WHEN m.org_id IS NULL THEN o.parent_id ELSE m.parent_id END, up.height + 1
    FROM up JOIN orgs o ON o.id = up.org_id LEFT JOIN org_moves m ON m.org_id = o.id AND m.during @> orgs_above.day
    WHERE up.height < 30 AND CASE WHEN m.org_id IS NULL THEN o.parent_id ELSE m.parent_id END IS NOT NULL
  )
  SELECT up.org_id, max(up.height) FROM up GROUP BY up.org_id
$function$;

CREATE OR REPLACE FUNCTION public.orgs_move_below()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  UPDATE orgs SET path = NEW.path || subpath(path, nlevel(OLD.path))
  WHERE path <@ OLD.path AND id <> NEW.id;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.orgs_set_path()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE parent_path ltree;
BEGIN
  IF NEW.parent_id IS NULL THEN
    NEW.path := replace(NEW.id::text, '-', '')::ltree;
  ELSE
    SELECT path INTO STRICT parent_path FROM orgs WHERE id = NEW.parent_id FOR SHARE;
    IF parent_path @> replace(NEW.id::text, '-', '')::ltree OR parent_path ~ ('*.' || replace(NEW.id::text, '-', '') || '.*')::lquery THEN
      RAISE EXCEPTION 'org % cannot be moved below itself', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    NEW.path := parent_path || replace(NEW.id::text, '-', '')::ltree;
  END IF;
  RETURN NEW;
END $function$;

CREATE OR REPLACE FUNCTION public.person_in_scope(person uuid, scope uuid[])
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER COST 1000
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT person = app_person()
    OR EXISTS (SELECT FROM persons p WHERE p.id = person AND p.home_org_id = ANY (scope))
    OR EXISTS (SELECT FROM enrollments e JOIN classes c ON c.id = e.class_id
      WHERE e.person_id = person AND c.school_id = ANY (scope))
    OR EXISTS (SELECT FROM guardianships g JOIN persons p ON p.id = g.pupil_id
      WHERE g.guardian_id = person AND p.home_org_id = ANY (scope))
    OR EXISTS (SELECT FROM guardianships g JOIN enrollments e ON e.person_id = g.pupil_id JOIN classes c ON c.id = e.class_id
      WHERE g.guardian_id = person AND c.school_id = ANY (scope))
$function$;

CREATE OR REPLACE FUNCTION public.persons_forget_readings()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF NEW.name_readings = OLD.name_readings THEN
    NEW.name_readings := '{}';
    NEW.reading_corrected := false;
  END IF;
  RETURN NEW;
END $function$;

CREATE OR REPLACE FUNCTION public.poll_answer_fits(kind text, option_count integer, chosen smallint[], written text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
AS $function$
  SELECT coalesce(CASE
    WHEN kind = 'text' THEN chosen IS NULL AND written IS NOT NULL
    WHEN kind = 'number' THEN chosen IS NULL AND written ~ '^-?\d{1,12}(\.\d{1,6})?$'
    ELSE written IS NULL AND cardinality(chosen) BETWEEN 1 AND CASE kind WHEN 'multiple' THEN option_count ELSE 1 END
      AND 0 <= ALL (chosen) AND option_count > ALL (chosen)
      AND cardinality(chosen) = (SELECT count(DISTINCT place) FROM unnest(chosen) place)
  END, false)
$function$;

CREATE OR REPLACE FUNCTION public.reader_scope(person uuid)
 RETURNS uuid[]
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  WITH whose AS (SELECT $1 AS id UNION SELECT g.pupil_id FROM guardianships g WHERE g.guardian_id = $1),
  classes_of AS (
    SELECT e.class_id FROM whose JOIN enrollments e ON e.person_id = whose.id
    UNION SELECT d.class_id FROM care_duties d WHERE $1 IN (d.adult_id, d.deputy_id)
  ),
  places AS (
    SELECT a.org_id FROM current_appointments a WHERE a.person_id = $1
    UNION SELECT s.school_id FROM whose JOIN people_cards p ON p.person_id = whose.id JOIN org_scope s ON s.org_id = p.home_org_id
    UNION SELECT c.school_id FROM classes_of JOIN classes c ON c.id = classes_of.class_id
    UNION SELECT d.org_id FROM care_duties d WHERE $1 IN (d.adult_id, d.deputy_id)
    UNION SELECT s.school_id FROM care_duties d JOIN people_cards p ON p.person_id = d.pupil_id
      JOIN org_scope s ON s.org_id = p.home_org_id WHERE $1 IN (d.adult_id, d.deputy_id)
    UNION SELECT f.school_id FROM follow_ups f WHERE f.state = 'open' AND $1 IN (f.adult_id, f.deputy_id)
    UNION SELECT c.school_id FROM lesson_teachers t JOIN lesson_classes c USING (school_day, lesson_id)
      WHERE t.person_id = $1 AND t.school_day > (app_now() AT TIME ZONE 'Asia/Shanghai')::date - 60
  ),
  roots AS (
    SELECT DISTINCT coalesce(school.path, o.path) AS path FROM places JOIN orgs o ON o.id = places.org_id
    LEFT JOIN orgs school ON school.kind = 'school' AND school.path @> o.path
  )
  SELECT array_agg(DISTINCT o.id) FROM roots JOIN orgs o ON o.path <@ roots.path OR o.path @> roots.path
$function$;

CREATE OR REPLACE FUNCTION public.refuse_audit_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  -- The sealer's one change: a line without a seal gets one.
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'audit_lines' THEN
    IF OLD.seal_no IS NULL AND to_jsonb(NEW) - 'seal_no' = to_jsonb(OLD) - 'seal_no' THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION 'audit lines and seals are never changed or removed' USING ERRCODE = 'insufficient_privilege';
END $function$;

CREATE OR REPLACE FUNCTION public.roll_classes(day date, persons uuid[])
 RETURNS TABLE(person_id uuid, class_id uuid)
 LANGUAGE sql
 STABLE ROWS 50
AS $function$
  SELECT p.person_id, coalesce(home.class_id, guest.class_id)
  FROM (SELECT DISTINCT unnest(roll_classes.persons) AS person_id) p
  LEFT JOIN LATERAL (
    SELECT h.class_id FROM home_classes(roll_classes.day) h WHERE h.person_id = p.person_id LIMIT 1) home ON true
  LEFT JOIN LATERAL (
    SELECT x.via_class_id AS class_id FROM expectations x
    WHERE home.class_id IS NULL AND x.person_id = p.person_id AND x.school_day = roll_classes.day
    ORDER BY x.via_class_id LIMIT 1) guest ON true
$function$;

CREATE OR REPLACE FUNCTION public.room_roster(day date, lesson uuid)
 RETURNS TABLE(person_id uuid, standing text, class_id uuid)
 LANGUAGE sql
 STABLE ROWS 50
AS $function$
  SELECT DISTINCT ON (x.person_id) x.person_id, x.standing, x.class_id FROM (
    SELECT t.person_id, CASE t.duty WHEN 'observer' THEN 'observer' WHEN 'assistant' THEN 'assistant' ELSE 'teacher' END AS standing,
      NULL::uuid AS class_id, CASE t.duty WHEN 'observer' THEN 5 WHEN 'assistant' THEN 1 ELSE 0 END AS rank
    FROM lesson_teachers t WHERE t.school_day = $1 AND t.lesson_id = $2
    UNION ALL
    SELECT m.person_id, CASE m.role WHEN 'pupil' THEN 'pupil' ELSE 'observer' END, a.class_id,
      CASE WHEN m.role <> 'pupil' THEN 4 WHEN m.is_home THEN 2 ELSE 3 END
    FROM lesson_classes a JOIN class_members($1) m ON m.class_id = a.class_id
    WHERE a.school_day = $1 AND a.lesson_id = $2
      AND NOT EXISTS (
        SELECT FROM room_removals r WHERE r.school_day = $1 AND r.lesson_id = $2 AND r.person_id = m.person_id)
  ) x ORDER BY x.person_id, x.rank
$function$;

CREATE OR REPLACE FUNCTION public.room_standings(day date, lesson uuid, person uuid)
 RETURNS TABLE(standing text, class_id uuid, rank integer)
 LANGUAGE sql
 STABLE ROWS 1
AS $function$
  SELECT CASE t.duty WHEN 'observer' THEN 'observer' WHEN 'assistant' THEN 'assistant' ELSE 'teacher' END, NULL::uuid,
    CASE t.duty WHEN 'observer' THEN 5 WHEN 'assistant' THEN 1 ELSE 0 END
  FROM lesson_teachers t WHERE t.school_day = $1 AND t.lesson_id = $2 AND t.person_id = $3
  UNION ALL
  SELECT CASE m.role WHEN 'pupil' THEN 'pupil' ELSE 'observer' END, a.class_id,
    CASE WHEN m.role <> 'pupil' THEN 4 WHEN m.is_home THEN 2 ELSE 3 END
  FROM lesson_classes a JOIN class_members($1) m ON m.class_id = a.class_id AND m.person_id = $3
  WHERE a.school_day = $1 AND a.lesson_id = $2
    AND NOT EXISTS (
      SELECT FROM room_removals r WHERE r.school_day = $1 AND r.lesson_id = $2 AND r.person_id = $3)
$function$;

CREATE OR REPLACE FUNCTION public.school_head(school uuid, besides uuid)
 RETURNS TABLE(person_id uuid, role text)
 LANGUAGE sql
 STABLE ROWS 1
AS $function$
  SELECT a.person_id, a.role FROM current_appointments a JOIN people_cards c ON c.person_id = a.person_id AND c.status = 'active'
  WHERE a.org_id = school AND a.role IN ('schoolDeputy', 'principal', 'schoolAdmin')
    AND a.person_id IS DISTINCT FROM besides
  ORDER BY CASE a.role WHEN 'schoolDeputy' THEN 1 WHEN 'principal' THEN 2 ELSE 3 END, c.number, a.person_id LIMIT 1
$function$;

CREATE OR REPLACE FUNCTION public.standing_facts(day date)
 RETURNS TABLE(id uuid, person_id uuid, planned_id uuid, way text, from_at timestamp with time zone, to_at timestamp with time zone, seconds integer, outcome text, source text, recorder_id uuid, recorded_at timestamp with time zone)
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  SELECT f.id, f.person_id, f.planned_id, f.way, f.from_at, f.to_at, f.seconds, f.outcome, f.source, f.recorder_id, f.recorded_at
  FROM facts f
  WHERE f.school_day = $1
    AND NOT EXISTS (SELECT FROM facts s WHERE s.school_day = $1 AND s.person_id = f.person_id AND s.supersedes = f.id)
$function$;

-- Views

CREATE VIEW class_cards AS
 SELECT id AS class_id,
    school_id,
    org_id,
    kind,
    name,
    year_group,
    class_no,
    course_id,
    term_id
   FROM classes c;

CREATE VIEW current_appointments AS
 SELECT a.id AS appointment_id,
    a.person_id,
    a.org_id,
    a.role,
    o.path,
    o.kind AS org_kind,
    o.name AS org_name
   FROM appointments a
     JOIN orgs o ON o.id = a.org_id
  WHERE a.during @> (app_now() AT TIME ZONE o.tz)::date;

CREATE VIEW excuse_facts AS
 SELECT school_day,
    id,
    person_id,
    planned_id,
    outcome,
    detail ->> 'toldId'::text AS told_id,
    recorded_at
   FROM facts f
  WHERE source = 'excuse'::text AND planned_id IS NOT NULL AND outcome <> 'withdrawn'::text AND NOT (EXISTS ( SELECT
           FROM facts s
          WHERE s.school_day = f.school_day AND s.person_id = f.person_id AND s.supersedes = f.id));

CREATE VIEW expectation_cards AS
 SELECT school_day,
    planned_id,
    planned_kind,
    person_id,
    school_id,
    via_class_id,
    starts_at,
    due_at,
    state,
    way,
    best_fact_id,
    evidence,
    settled
   FROM expectations x
  WHERE state <> 'cancelled'::text;

CREATE VIEW expectation_states AS
 SELECT school_day,
    planned_id,
    person_id,
    planned_kind,
    via_class_id,
    starts_at,
    due_at,
    state,
    way
   FROM expectations x
  WHERE state <> 'cancelled'::text;

CREATE VIEW fact_people AS
 SELECT facts.person_id
   FROM facts
UNION ALL
 SELECT facts.recorder_id AS person_id
   FROM facts
  WHERE facts.recorder_id IS NOT NULL;

CREATE VIEW guardian_cards AS
 SELECT g.pupil_id,
    g.guardian_id,
    p.name,
    c.tail
   FROM guardianships g
     JOIN persons p ON p.id = g.guardian_id AND p.status = 'active'::text
     LEFT JOIN contacts c ON c.person_id = g.guardian_id AND c.purpose = 'followUp'::text
  WHERE g.during @> (app_now() AT TIME ZONE 'Asia/Shanghai'::text)::date;

CREATE VIEW lesson_cards AS
 SELECT l.school_day,
    l.id AS lesson_id,
    l.school_id,
    l.course_id,
    c.title AS course_title,
    l.topic,
    l.period,
    l.period_to,
    l.starts_at,
    l.ends_at,
    l.mode,
    l.mode_params,
    l.status,
    l.version,
    l.log_id,
    l.started_at,
    l.ended_at,
    l.week_no,
    lead.person_id AS lead_id,
    p.name AS lead_name,
    room.name AS classroom_name
   FROM lessons l
     JOIN courses c ON c.id = l.course_id
     LEFT JOIN LATERAL ( SELECT s.person_id
           FROM lesson_staff s
          WHERE s.school_day = l.school_day AND s.lesson_id = l.id AND s.duty = 'lead'::text
          ORDER BY s.person_id
         LIMIT 1) lead ON true
     LEFT JOIN persons p ON p.id = lead.person_id
     LEFT JOIN classrooms room ON room.id = l.classroom_id
  WHERE l.status <> 'moved'::text;

CREATE VIEW lesson_classes AS
 SELECT a.school_day,
    a.lesson_id,
    a.class_id,
    c.name AS class_name,
    c.school_id,
    c.year_group,
    a.own_teacher_id,
    a.room_no
   FROM lesson_audiences a
     JOIN classes c ON c.id = a.class_id;

CREATE VIEW lesson_teachers AS
 SELECT s.school_day,
    s.lesson_id,
    s.person_id,
    s.duty
   FROM lesson_staff s
UNION
 SELECT a.school_day,
    a.lesson_id,
    a.own_teacher_id AS person_id,
    'own'::text AS duty
   FROM lesson_audiences a
  WHERE a.own_teacher_id IS NOT NULL;

CREATE VIEW minors AS
 SELECT id AS person_id,
    under14_until
   FROM persons p
  WHERE under14_until IS NOT NULL;

CREATE VIEW org_scope AS
 SELECT id AS org_id,
    kind,
    code,
    name,
    path,
    tz,
    is_demo,
    parent_id,
    ( SELECT s.id
           FROM orgs s
          WHERE s.path @> o.path AND s.kind = 'school'::text
          ORDER BY (nlevel(s.path)) DESC
         LIMIT 1) AS school_id,
    ( SELECT s.id
           FROM orgs s
          WHERE s.path @> o.path AND s.kind = 'school'::text
          ORDER BY (nlevel(s.path))
         LIMIT 1) AS whole_school_id
   FROM orgs o;

CREATE VIEW people_cards AS
 SELECT id AS person_id,
    home_org_id,
    number,
    name,
    name_readings,
    status,
    is_demo
   FROM persons p;

CREATE VIEW planned_runs AS
 SELECT school_day,
    planned_id,
    started_at,
    ended_at,
    taught_seconds,
    voice_seconds
   FROM runs r;

CREATE VIEW reach_cards AS
 SELECT school_day,
    person_id,
    class_id,
    org_id,
    school_id,
    expected,
    reached,
    missed,
    state,
    way
   FROM reach_days r;

CREATE VIEW roll_call_results AS
 SELECT c.school_day,
    c.lesson_id,
    c.id AS roll_call_id,
    c.started_at,
    c.until_at,
    a.person_id,
    a.via_class_id,
    a.answered_at
   FROM roll_calls c
     LEFT JOIN roll_call_answers a ON a.roll_call_id = c.id;

CREATE VIEW room_comings AS
 SELECT e.school_day,
    e.lesson_id,
    e.person_id,
    e.entered_at
   FROM room_entries e
     LEFT JOIN lesson_logs l ON l.school_day = e.school_day AND l.lesson_id = e.lesson_id
  WHERE e.standing = 'pupil'::text AND (l.ended_at IS NULL OR e.entered_at < l.ended_at);

CREATE VIEW room_heard AS
 SELECT l.school_day,
    l.lesson_id,
    h.person_id,
    ( SELECT COALESCE(sum(upper(r.r) - lower(r.r)), 0::bigint)::integer AS "coalesce"
           FROM unnest(h.served * h.heard) r(r)) AS counted_seconds
   FROM log_heard h
     JOIN lesson_logs l ON l.id = h.log_id;

CREATE VIEW room_presence AS
 SELECT e.school_day,
    e.lesson_id,
    e.person_id,
    e.via_class_id,
    e.entered_at AS from_at,
    e.last_seen_at AS to_at,
    COALESCE(heard.seconds, 0) AS heard_seconds,
    heard.first_minute,
    heard.last_minute,
    heard.queue_ms,
    heard.step
   FROM room_entries e
     LEFT JOIN LATERAL ( SELECT (sum(p.heard_ms) / 1000)::integer AS seconds,
            min(p.minute)::integer AS first_minute,
            max(p.minute)::integer AS last_minute,
            (array_agg(p.queue_ms ORDER BY p.minute DESC))[1] AS queue_ms,
            (array_agg(p.step ORDER BY p.minute DESC))[1] AS step
           FROM presence p
          WHERE p.school_day = e.school_day AND p.lesson_id = e.lesson_id AND p.person_id = e.person_id) heard ON true
  WHERE e.standing = 'pupil'::text;

CREATE VIEW room_states AS
 SELECT school_day,
    lesson_id,
    school_id,
    id AS log_id,
    state,
    muted,
    opened_at,
    opened_by,
    ended_at,
    COALESCE(ended_ms, log_voice_ms(id)) AS taught_ms,
    retention_until
   FROM lesson_logs l;

CREATE VIEW school_day_cards AS
 SELECT org_id AS school_id,
    day,
    kind,
    teaches_weekday,
    week_no,
    opens_at,
    closes_at,
    opened_at,
    closed_at
   FROM school_days d;

CREATE VIEW school_teachers AS
 SELECT DISTINCT s.school_id,
    a.person_id
   FROM current_appointments a
     JOIN org_scope s ON s.org_id = a.org_id
  WHERE s.school_id IS NOT NULL AND (a.role <> ALL (ARRAY['classRep'::text, 'schoolAuditor'::text, 'opsStaff'::text]));

CREATE VIEW standing_consents AS
 SELECT DISTINCT ON (person_id, purpose) person_id,
    purpose,
    answer,
    channel,
    guardian_id,
    recorder_id,
    recorded_at,
    notice_version = (( SELECT max(consent_notices.version) AS max
           FROM consent_notices)) AS is_current
   FROM consents c
  ORDER BY person_id, purpose, id DESC;

CREATE VIEW things_to_come AS
 SELECT school_day,
    planned_id,
    school_id,
    due_at
   FROM due_plans p;

CREATE VIEW told_absences AS
 SELECT t.id,
    t.school_day,
    t.person_id,
    t.planned_id,
    t.reason,
    t.told_at,
    f.adult_id,
    adult.name AS adult_name,
    f.due_at
   FROM cannot_attend t
     JOIN follow_ups f ON f.id = t.follow_up_id
     LEFT JOIN people_cards adult ON adult.person_id = f.adult_id
  WHERE t.withdrawn_at IS NULL;

-- Triggers

CREATE TRIGGER audit_lines_append_only BEFORE DELETE OR UPDATE ON audit_lines FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_lines_not_emptied BEFORE TRUNCATE ON audit_lines FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_seals_append_only BEFORE DELETE OR UPDATE ON audit_seals FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_seals_not_emptied BEFORE TRUNCATE ON audit_seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER consents_insert_only BEFORE UPDATE ON consents FOR EACH ROW EXECUTE FUNCTION consents_insert_only();
CREATE TRIGGER facts_insert_only BEFORE UPDATE ON facts FOR EACH ROW EXECUTE FUNCTION facts_insert_only();
CREATE TRIGGER orgs_move_below AFTER UPDATE OF parent_id ON orgs FOR EACH ROW WHEN (old.path IS DISTINCT FROM new.path) EXECUTE FUNCTION orgs_move_below();
CREATE TRIGGER orgs_set_path BEFORE INSERT OR UPDATE OF parent_id ON orgs FOR EACH ROW EXECUTE FUNCTION orgs_set_path();
CREATE TRIGGER persons_forget_readings BEFORE UPDATE OF name ON persons FOR EACH ROW WHEN (old.name IS DISTINCT FROM new.name) EXECUTE FUNCTION persons_forget_readings();

-- Row-level security

CREATE POLICY cannot_attend_in_scope ON cannot_attend AS PERMISSIVE FOR ALL TO public USING (person_in_scope(person_id, ( SELECT app_scope() AS app_scope)));
CREATE POLICY consents_in_scope ON consents AS PERMISSIVE FOR ALL TO public USING (person_in_scope(person_id, ( SELECT app_scope() AS app_scope)));
CREATE POLICY contact_log_in_scope ON contact_log AS PERMISSIVE FOR ALL TO public USING ((EXISTS ( SELECT
   FROM follow_ups f
  WHERE (f.id = contact_log.follow_up_id))));
CREATE POLICY contacts_in_scope ON contacts AS PERMISSIVE FOR ALL TO public USING (person_in_scope(person_id, ( SELECT app_scope() AS app_scope)));
CREATE POLICY contests_in_scope ON contests AS PERMISSIVE FOR ALL TO public USING (((school_id = ANY (( SELECT app_scope() AS app_scope)::uuid[])) OR person_in_scope(person_id, ( SELECT app_scope() AS app_scope))));
CREATE POLICY follow_ups_in_scope ON follow_ups AS PERMISSIVE FOR ALL TO public USING (((school_id = ANY (( SELECT app_scope() AS app_scope)::uuid[])) OR person_in_scope(person_id, ( SELECT app_scope() AS app_scope))));
CREATE POLICY roster_draft_guardians_in_scope ON roster_draft_guardians AS PERMISSIVE FOR ALL TO public USING ((EXISTS ( SELECT
   FROM roster_drafts d
  WHERE (d.id = roster_draft_guardians.draft_id))));
CREATE POLICY roster_draft_leaving_in_scope ON roster_draft_leaving AS PERMISSIVE FOR ALL TO public USING ((EXISTS ( SELECT
   FROM roster_drafts d
  WHERE (d.id = roster_draft_leaving.draft_id))));
CREATE POLICY roster_draft_members_in_scope ON roster_draft_members AS PERMISSIVE FOR ALL TO public USING ((EXISTS ( SELECT
   FROM roster_drafts d
  WHERE (d.id = roster_draft_members.draft_id))));
CREATE POLICY roster_draft_problems_in_scope ON roster_draft_problems AS PERMISSIVE FOR ALL TO public USING ((EXISTS ( SELECT
   FROM roster_drafts d
  WHERE (d.id = roster_draft_problems.draft_id))));
CREATE POLICY roster_draft_rows_in_scope ON roster_draft_rows AS PERMISSIVE FOR ALL TO public USING ((EXISTS ( SELECT
   FROM roster_drafts d
  WHERE (d.id = roster_draft_rows.draft_id))));
CREATE POLICY roster_draft_sections_in_scope ON roster_draft_sections AS PERMISSIVE FOR ALL TO public USING ((EXISTS ( SELECT
   FROM roster_drafts d
  WHERE (d.id = roster_draft_sections.draft_id))));
CREATE POLICY roster_drafts_in_scope ON roster_drafts AS PERMISSIVE FOR ALL TO public USING ((school_id = ANY (( SELECT app_scope() AS app_scope)::uuid[])));
CREATE POLICY roster_headings_in_scope ON roster_headings AS PERMISSIVE FOR ALL TO public USING ((school_id = ANY (( SELECT app_scope() AS app_scope)::uuid[])));
CREATE POLICY roster_sync_runs_in_scope ON roster_sync_runs AS PERMISSIVE FOR ALL TO public USING ((school_id = ANY (( SELECT app_scope() AS app_scope)::uuid[])));
CREATE POLICY roster_syncs_in_scope ON roster_syncs AS PERMISSIVE FOR ALL TO public USING ((school_id = ANY (( SELECT app_scope() AS app_scope)::uuid[])));
CREATE POLICY unit_officers_in_scope ON unit_officers AS PERMISSIVE FOR ALL TO public USING ((org_id = ANY (( SELECT app_scope() AS app_scope)::uuid[])));

-- Rights

-- accounts: nol=arwdDxtm/nol nol_app=arwd/nol
-- adult_gaps: nol=arwdDxtm/nol nol_app=arwd/nol
-- appointments: nol=arwdDxtm/nol nol_app=arwd/nol
-- attendance_rules: nol=arwdDxtm/nol nol_app=arwd/nol
-- audit_lines: nol=arwdDxtm/nol nol_app=arwd/nol
-- audit_seals: nol=arwdDxtm/nol nol_app=arwd/nol
-- bell_periods: nol=arwdDxtm/nol nol_app=arwd/nol
-- bell_plans: nol=arwdDxtm/nol nol_app=arwd/nol
-- bookings: nol=arwdDxtm/nol nol_app=arwd/nol
-- calendar_feeds: nol=arwdDxtm/nol nol_app=arwd/nol
-- cannot_attend: nol=arwdDxtm/nol nol_app=arwd/nol
-- care_duties: nol=arwdDxtm/nol nol_app=arwd/nol
-- claims: nol=arwdDxtm/nol nol_app=arwd/nol
-- class_cards: nol=arwdDxtm/nol nol_app=arwd/nol
-- class_compositions: nol=arwdDxtm/nol nol_app=arwd/nol
-- class_exemptions: nol=arwdDxtm/nol nol_app=arwd/nol
-- classes: nol=arwdDxtm/nol nol_app=arwd/nol
-- classrooms: nol=arwdDxtm/nol nol_app=arwd/nol
-- clock: nol=arwdDxtm/nol nol_app=arwd/nol
-- consent_notices: nol=arwdDxtm/nol nol_app=arwd/nol
-- consents: nol=arwdDxtm/nol nol_app=arwd/nol
-- contact_log: nol=arwdDxtm/nol nol_app=arwd/nol
-- contacts: nol=arwdDxtm/nol nol_app=arwd/nol
-- contests: nol=arwdDxtm/nol nol_app=arwd/nol
-- course_groups: nol=arwdDxtm/nol nol_app=arwd/nol
-- courses: nol=arwdDxtm/nol nol_app=arwd/nol
-- current_appointments: nol=arwdDxtm/nol nol_app=arwd/nol
-- dirty_classes: nol=arwdDxtm/nol nol_app=arwd/nol
-- due_plans: nol=arwdDxtm/nol nol_app=arwd/nol
-- enrollments: nol=arwdDxtm/nol nol_app=arwd/nol
-- excuse_facts: nol=arwdDxtm/nol nol_app=arwd/nol
-- expectation_cards: nol=arwdDxtm/nol nol_app=arwd/nol
-- expectation_states: nol=arwdDxtm/nol nol_app=arwd/nol
-- expectations: nol=arwdDxtm/nol nol_app=arwd/nol
-- external_ids: nol=arwdDxtm/nol nol_app=arwd/nol
-- fact_people: nol=arwdDxtm/nol nol_app=arwd/nol
-- facts: nol=arwdDxtm/nol nol_app=arwd/nol
-- files: nol=arwdDxtm/nol nol_app=arwd/nol
-- follow_up_days: nol=arwdDxtm/nol nol_app=arwd/nol
-- follow_ups: nol=arwdDxtm/nol nol_app=arwd/nol
-- followed_plans: nol=arwdDxtm/nol nol_app=arwd/nol
-- guardian_cards: nol=arwdDxtm/nol nol_app=arwd/nol
-- guardianships: nol=arwdDxtm/nol nol_app=arwd/nol
-- guess_brakes: nol=arwdDxtm/nol nol_app=arwd/nol
-- holidays: nol=arwdDxtm/nol nol_app=arwd/nol
-- idempotency_keys: nol=arwdDxtm/nol nol_app=arwd/nol
-- lesson_audiences: nol=arwdDxtm/nol nol_app=arwd/nol
-- lesson_cards: nol=arwdDxtm/nol nol_app=arwd/nol
-- lesson_classes: nol=arwdDxtm/nol nol_app=arwd/nol
-- lesson_logs: nol=arwdDxtm/nol nol_app=arwd/nol
-- lesson_staff: nol=arwdDxtm/nol nol_app=arwd/nol
-- lesson_teachers: nol=arwdDxtm/nol nol_app=arwd/nol
-- lessons: nol=arwdDxtm/nol nol_app=arwd/nol
-- log_heard: nol=arwdDxtm/nol nol_app=arwd/nol
-- log_pages: nol=arwdDxtm/nol nol_app=arwd/nol
-- log_parts: nol=arwdDxtm/nol nol_app=arwd/nol
-- log_tail: nol=arwdDxtm/nol nol_app=arwd/nol
-- loose_files: nol=arwdDxtm/nol nol_app=arwd/nol
-- minors: nol=arwdDxtm/nol nol_app=arwd/nol
-- org_moves: nol=arwdDxtm/nol nol_app=arwd/nol
-- org_scope: nol=arwdDxtm/nol nol_app=arwd/nol
-- org_tree_changes: nol=arwdDxtm/nol nol_app=arwd/nol
-- orgs: nol=arwdDxtm/nol nol_app=arwd/nol
-- people_cards: nol=arwdDxtm/nol nol_app=arwd/nol
-- persons: nol=arwdDxtm/nol nol_app=arwd/nol
-- plan_changes: nol=arwdDxtm/nol nol_app=arwd/nol
-- plan_item_audiences: nol=arwdDxtm/nol nol_app=arwd/nol
-- plan_item_staff: nol=arwdDxtm/nol nol_app=arwd/nol
-- plan_items: nol=arwdDxtm/nol nol_app=arwd/nol
-- planned_runs: nol=arwdDxtm/nol nol_app=arwd/nol
-- poll_answers: nol=arwdDxtm/nol nol_app=arwd/nol
-- polls: nol=arwdDxtm/nol nol_app=arwd/nol
-- presence: nol=arwdDxtm/nol nol_app=arwd/nol
-- reach_cards: nol=arwdDxtm/nol nol_app=arwd/nol
-- reach_days: nol=arwdDxtm/nol nol_app=arwd/nol
-- recovery_codes: nol=arwdDxtm/nol nol_app=arwd/nol
-- roll_call_answers: nol=arwdDxtm/nol nol_app=arwd/nol
-- roll_call_results: nol=arwdDxtm/nol nol_app=arwd/nol
-- roll_calls: nol=arwdDxtm/nol nol_app=arwd/nol
-- rollups: nol=arwdDxtm/nol nol_app=arwd/nol
-- room_comings: nol=arwdDxtm/nol nol_app=arwd/nol
-- room_entries: nol=arwdDxtm/nol nol_app=arwd/nol
-- room_heard: nol=arwdDxtm/nol nol_app=arwd/nol
-- room_presence: nol=arwdDxtm/nol nol_app=arwd/nol
-- room_removals: nol=arwdDxtm/nol nol_app=arwd/nol
-- room_states: nol=arwdDxtm/nol nol_app=arwd/nol
-- room_tickets: nol=arwdDxtm/nol nol_app=arwd/nol
-- roster_draft_guardians: nol=arwdDxtm/nol nol_app=arwd/nol
-- roster_draft_leaving: nol=arwdDxtm/nol nol_app=arwd/nol
-- roster_draft_members: nol=arwdDxtm/nol nol_app=arwd/nol
-- roster_draft_problems: nol=arwdDxtm/nol nol_app=arwd/nol
-- roster_draft_rows: nol=arwdDxtm/nol nol_app=arwd/nol
-- roster_draft_sections: nol=arwdDxtm/nol nol_app=arwd/nol
-- roster_drafts: nol=arwdDxtm/nol nol_app=arwd/nol
-- roster_headings: nol=arwdDxtm/nol nol_app=arwd/nol
-- roster_sync_runs: nol=arwdDxtm/nol nol_app=arwd/nol
-- roster_syncs: nol=arwdDxtm/nol nol_app=arwd/nol
-- runs: nol=arwdDxtm/nol nol_app=arwd/nol
-- school_day_cards: nol=arwdDxtm/nol nol_app=arwd/nol
-- school_days: nol=arwdDxtm/nol nol_app=arwd/nol
-- school_signs: nol=arwdDxtm/nol nol_app=arwd/nol
-- school_teachers: nol=arwdDxtm/nol nol_app=arwd/nol
-- sessions: nol=arwdDxtm/nol nol_app=arwd/nol
-- standing_consents: nol=arwdDxtm/nol nol_app=arwd/nol
-- support_grants: nol=arwdDxtm/nol nol_app=arwd/nol
-- support_uses: nol=arwdDxtm/nol nol_app=arwd/nol
-- talk_keys: nol=arwdDxtm/nol nol_app=arwd/nol
-- terms: nol=arwdDxtm/nol nol_app=arwd/nol
-- things_to_come: nol=arwdDxtm/nol nol_app=arwd/nol
-- timetable_imports: nol=arwdDxtm/nol nol_app=arwd/nol
-- told_absences: nol=arwdDxtm/nol nol_app=arwd/nol
-- unit_figures: nol=arwdDxtm/nol nol_app=arwd/nol
-- unit_imports: nol=arwdDxtm/nol nol_app=arwd/nol
-- unit_officers: nol=arwdDxtm/nol nol_app=arwd/nol
-- week_publications: nol=arwdDxtm/nol nol_app=arwd/nol
