import type { DateRange, Filled, FilledInstant, Instant } from '../platform/tables.ts';
import type { AppointmentRole } from './roles.ts';

declare module '../platform/database.ts' {
  interface Tables {
    persons: {
      id: Filled<string>;
      home_org_id: string;
      number: string;
      name: string;
      name_readings: Filled<string[]>;
      reading_corrected: Filled<boolean>;
      under14_until: string | null;
      sex: 'male' | 'female' | 'unknown' | null;
      status: Filled<'active' | 'left' | 'merged'>;
      is_demo: Filled<boolean>;
      created_at: FilledInstant;
    };
    external_ids: { source: string; kind: string; external_id: string; entity_id: string };
    guardianships: { pupil_id: string; guardian_id: string; during: DateRange };
    contacts: {
      person_id: string;
      purpose: 'followUp';
      cipher: Buffer;
      tail: string;
      key_id: string;
      updated_at: FilledInstant;
    };
    appointments: {
      id: Filled<string>;
      person_id: string;
      org_id: string;
      role: AppointmentRole;
      during: DateRange;
    };
    accounts: {
      id: Filled<string>;
      person_id: string;
      login_name: string;
      password_hash: string | null;
      must_change_password: Filled<boolean>;
      totp_cipher: Buffer | null;
      totp_pending_cipher: Filled<Buffer | null>;
      totp_last_step: number | null;
      status: Filled<'unclaimed' | 'active' | 'disabled'>;
      created_at: FilledInstant;
    };
    claims: {
      id: Filled<string>;
      account_id: string;
      token_hash: Buffer;
      spoken_hash: Buffer;
      purpose: Filled<'claim' | 'reset'>;
      expires_at: Instant;
      used_at: Instant | null;
      created_at: FilledInstant;
    };
    sessions: {
      id_hash: Buffer;
      account_id: string;
      audience: 'learner' | 'staff' | 'schoolAdmin';
      device_label: string | null;
      created_at: FilledInstant;
      last_seen_at: FilledInstant;
      idle_seconds: number;
      expires_at: Instant;
      totp_at: Instant | null;
      totp_step: number | null;
    };
    support_grants: {
      id: Filled<string>;
      org_id: string;
      reason: string;
      minutes: number;
      asked_at: FilledInstant;
      decided_by: Filled<string | null>;
      decided_at: FilledInstant | null;
      ends_at: FilledInstant | null;
      ended_at: FilledInstant | null;
      ended_by: Filled<string | null>;
      token_hash: Filled<Buffer | null>;
    };
    support_uses: {
      id: Filled<string>;
      grant_id: string;
      at: FilledInstant;
      operation: string;
      url_path: string;
    };
    recovery_codes: {
      account_id: string;
      code_hash: Buffer;
      used_at: Instant | null;
    };
    care_duties: {
      id: Filled<string>;
      pupil_id: string | null;
      class_id: string | null;
      org_id: string | null;
      year_group: string | null;
      adult_id: string;
      deputy_id: string | null;
      during: DateRange;
    };
    /** View: the least a colleague may see of a person. */
    people_cards: {
      person_id: string;
      home_org_id: string;
      number: string;
      name: string;
      name_readings: string[];
      status: string;
      is_demo: boolean;
    };
    /** View: a pupil's guardians today; of the number only the last four digits. */
    guardian_cards: { pupil_id: string; guardian_id: string; name: string; tail: string | null };
    /** View: roles held today. */
    current_appointments: {
      appointment_id: string;
      person_id: string;
      org_id: string;
      role: AppointmentRole;
      path: string;
      org_kind: string;
      org_name: string;
    };
  }
}

declare module '../platform/database.ts' {
  interface Tables {
    guess_brakes: { name_hash: Buffer; free_at: Instant };
  }
}
