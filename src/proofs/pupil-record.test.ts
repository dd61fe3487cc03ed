import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

/** H-03: what is kept of a person is a list, and whatever is added to it is thought of first. Read from `schema.sql`. */
const schema = readFileSync(path.join(import.meta.dirname, '../../schema.sql'), 'utf8');

const tables = new Map(
  [...schema.matchAll(/CREATE TABLE (\w+) \(\n(.*?)\n\)/gs)].map(([, table = '', body = '']) => [
    table,
    body
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => !line.startsWith('CONSTRAINT'))
      .map((line) => ({ name: line.split(' ')[0] ?? '', type: line.split(' ')[1]?.replace(',', '') ?? '' })),
  ]),
);
const graded = new Set(
  [...schema.matchAll(/COMMENT ON COLUMN (\w+\.\w+) IS 'sensitivity=[0-4] purpose=[^']+'/g)].map(
    ([, column]) => column,
  ),
);

/** Words of fixed lists, names of classes and hashes of what only its holder has. What people write does not belong here. */
const plainWords: readonly string[] = [
  'accounts.status',
  'appointments.role',
  'calendar_feeds.key_id',
  'calendar_feeds.kind',
  'calendar_feeds.secret_hash',
  'care_duties.year_group',
  'claims.purpose',
  'claims.spoken_hash',
  'claims.token_hash',
  'consents.channel',
  'consents.purpose',
  'contacts.key_id',
  'contacts.purpose',
  'contests.state',
  'enrollments.role',
  'expectations.planned_kind',
  'expectations.way',
  'facts.source',
  'facts.way',
  'follow_ups.closed_by',
  'follow_ups.origin',
  'follow_ups.state',
  'lesson_staff.duty',
  'plan_item_staff.duty',
  'room_entries.standing',
  'room_tickets.standing',
  'room_tickets.ticket_hash',
  'roster_draft_members.outcome',
  'roster_draft_rows.class_key',
  'roster_draft_rows.class_name',
  'roster_draft_rows.guardian_key_id',
  'roster_draft_rows.kind',
  'roster_draft_rows.outcome',
  'roster_draft_rows.role',
  'roster_draft_rows.sheet',
  'roster_draft_rows.year_group',
  'sessions.audience',
  'sessions.id_hash',
];

test('of a person nothing is kept but what the minimal record names', () => {
  const kept = (tables.get('persons') ?? []).map(({ name }) => name);
  expect(kept.sort()).toEqual(
    [
      'id',
      'home_org_id',
      'number',
      'name',
      // How a rare name is read and found; made from the name.
      'name_readings',
      'found_by',
      'reading_corrected',
      // The month in which special protection ends, instead of the birthday.
      'under14_until',
      // Asked for by the statistics of the State; null unless a school maps the column on purpose.
      'sex',
      'status',
      'is_demo',
      'created_at',
    ].sort(),
  );
});

test('no table has a place for what must never be kept', () => {
  const never =
    /birth|identity|id_card|photo|face|voice_print|home_address|postal|^address$|phone|mobile|email|ethnic|religion|health|income|job_title|latitude|longitude|location|advert/;
  const found = [...tables].flatMap(([table, columns]) =>
    columns.filter(({ name }) => never.test(name)).map(({ name }) => `${table}.${name}`),
  );
  expect(found).toEqual([]);
});

test('what is written about a person carries sensitivity and purpose', () => {
  const aboutPersons = [...tables].filter(
    ([table, columns]) =>
      table === 'persons' || columns.some(({ name }) => /^(person|pupil|guardian|account)_id$/.test(name)),
  );
  const ungraded = aboutPersons.flatMap(([table, columns]) =>
    columns
      .filter(({ type }) => /^(text|bytea|jsonb)/.test(type))
      .map(({ name }) => `${table}.${name}`)
      .filter((column) => !graded.has(column)),
  );
  expect(ungraded.filter((column) => !plainWords.includes(column))).toEqual([]);
});
