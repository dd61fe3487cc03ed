import type { Filled, FilledInstant, Instant } from '../platform/tables.ts';
import type { ConsentAnswer, ConsentChannel, ConsentPurpose } from './rules/notice.ts';

declare module '../platform/database.ts' {
  interface Tables {
    consent_notices: { version: number; since: FilledInstant };
    consents: {
      id: Filled<string>;
      person_id: string;
      purpose: ConsentPurpose;
      answer: ConsentAnswer;
      notice_version: number;
      channel: ConsentChannel;
      guardian_id: string | null;
      recorder_id: string | null;
      recorded_at: Instant;
    };
  }
}
