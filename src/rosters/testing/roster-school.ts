import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { expect } from 'vitest';
import type { Db } from '../../platform/database.ts';
import { aSchool, aStaff, signedInAs } from '../../platform/testing/builders.ts';
import type { RosterDraft } from '../contract.ts';
import { upload as uploadFile } from './importing.ts';
import { workbookBytes, type Value } from './workbooks.ts';

export const HEADER = ['学号', '姓名', '性别', '班级'];
export const TWO = [
  HEADER,
  ['20240101', '沈可欣', '女', '三（1）班'],
  ['20240102', '韦长庚', '男', '三（2）班'],
];

interface UploadMore {
  readonly headers?: Record<string, string>;
  readonly orgId?: string;
  readonly options?: object;
  readonly key?: string;
  readonly fileName?: string;
}

/** A school of its own with an administrator who imports rosters as the page does. */
export interface RosterSchool {
  readonly orgId: string;
  readonly code: string;
  /** Headers of its administrator. */
  readonly admin: Record<string, string>;
  upload(rows: Value[][] | Uint8Array, more?: UploadMore): ReturnType<typeof uploadFile>;
  /** The draft of an upload that can be read. */
  checked(rows: Value[][] | Uint8Array, more?: UploadMore): Promise<RosterDraft>;
  confirm(
    draftId: string,
    more?: { headers?: Record<string, string>; leaving?: string },
  ): ReturnType<typeof uploadFile>;
  imported(rows: Value[][], more?: UploadMore & { leaving?: string }): Promise<RosterDraft>;
  /** `number name class` of the pupils of the school today. */
  pupils(): Promise<string[]>;
  lines(
    draftId: string,
    list: string,
    query?: string,
  ): Promise<{ lines: Record<string, unknown>[]; next: number | null }>;
}

export async function aRosterSchool({ app, db }: { app: FastifyInstance; db: Db }): Promise<RosterSchool> {
  const { orgId, code } = await aSchool(db);
  const person = await aStaff(db, { orgId, role: 'schoolAdmin' });
  const admin = await signedInAs(db, person.accountId, { appointmentId: person.appointmentId });

  const upload: RosterSchool['upload'] = (rows, more = {}) => {
    const bytes = rows instanceof Uint8Array ? rows : workbookBytes({ 名册: rows });
    const { headers = admin, orgId: at = orgId, fileName = '花名册.xls', ...rest } = more;
    return uploadFile(app, { orgId: at, headers }, bytes, { fileName, ...rest });
  };
  const checked: RosterSchool['checked'] = async (rows, more = {}) => {
    const answer = await upload(rows, more);
    expect([answer.statusCode, answer.json().state]).toEqual([201, 'checked']);
    return answer.json();
  };
  const confirm: RosterSchool['confirm'] = (draftId, { headers = admin, leaving = 'keep' } = {}) =>
    app.inject({
      method: 'POST',
      url: `/api/roster-drafts/${draftId}/confirmation`,
      headers,
      payload: { leaving },
    });
  return {
    orgId,
    code,
    admin,
    upload,
    checked,
    confirm,
    async imported(rows, { leaving = 'keep', ...more } = {}) {
      const draft = await checked(rows, more);
      const answer = await confirm(draft.id, { leaving });
      expect([answer.statusCode, answer.json().state]).toEqual([200, 'applied']);
      return answer.json();
    },
    async pupils() {
      const { rows } = await sql<{ line: string }>`
        SELECT concat_ws(' ', p.number, p.name, c.name) AS line
        FROM persons p
        LEFT JOIN enrollments e ON e.person_id = p.id AND e.is_home
          AND e.during @> (app_now() AT TIME ZONE 'Asia/Shanghai' - interval '4 hours')::date
        LEFT JOIN classes c ON c.id = e.class_id
        WHERE p.home_org_id = ${orgId} AND NOT EXISTS (SELECT FROM appointments a WHERE a.person_id = p.id)
        ORDER BY p.number`.execute(db);
      return rows.map((row) => row.line);
    },
    async lines(draftId, list, query = '') {
      const url = `/api/roster-drafts/${draftId}/lines?list=${list}${query}`;
      const answer = await app.inject({ url, headers: admin });
      expect(answer.statusCode).toBe(200);
      return answer.json();
    },
  };
}
