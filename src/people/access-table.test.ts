import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { capabilities } from '../app.ts';
import { decide, type AccessAction } from './access.ts';
import { appointmentRoles, relations, roles, type Relation, type Role } from './roles.ts';

interface Row {
  action: string;
  role: string;
  relation: string;
  expected: string;
  reason: string;
}

/**
 * `access.csv` is written and reviewed by hand. `*` stands for every role or relation, `staff` for every
 * appointment. What no row names is hidden from the foreign and refused to the related.
 */
const rows: Row[] = parse(readFileSync(path.join(import.meta.dirname, '../../access.csv')), {
  columns: true,
  relax_column_count: false,
});

function expectedOf(action: string, role: Role, relation: Relation): string {
  const fits = rows.filter(
    (row) =>
      row.action === action &&
      (row.role === '*' ||
        row.role === role ||
        (row.role === 'staff' && (appointmentRoles as readonly string[]).includes(role))) &&
      (row.relation === '*' || row.relation === relation),
  );
  if (fits.length > 0) return fits[0]?.expected ?? '';
  if (role === 'anonymous') return 'refuse';
  return relation === 'foreign' ? 'hide' : 'refuse';
}

function runningSystemSays(action: AccessAction<never>, role: Role, relation: Relation): string {
  const allowed = action.rule.allow[role];
  if (allowed === 'any') return 'allow';
  if (role === 'anonymous') return 'refuse';
  return decide(allowed ?? [], [relation]);
}

const actions = capabilities.flatMap((capability) => capability.actions) as AccessAction<never>[];

test('every action of the product has rows in access.csv, and every row an action', () => {
  const named = new Set(rows.map(({ action }) => action));
  const declared = new Set(actions.map(({ name }) => name));
  expect([...declared].filter((name) => !named.has(name))).toEqual([]);
  expect([...named].filter((name) => !declared.has(name))).toEqual([]);
});

test('acts beyond the own class that change who is who, and what applies to all, ask for the second step', () => {
  const asking = actions.filter(({ rule }) => rule.secondStep).map(({ name }) => name);
  expect(asking.sort()).toEqual([
    'courses.assignCare',
    'courses.issueClaimCards',
    'orgs.manage',
    'people.manageAccounts',
    'reach.changeRules',
    'rosters.confirm',
    'rosters.importUnits',
  ]);
});

test('no two actions have one name', () => {
  expect(actions.length).toBe(new Set(actions.map(({ name }) => name)).size);
});

test.each(actions.map((action) => [action.name, action] as const))(
  '%s is allowed to whom access.csv says',
  (name, action) => {
    const differences: string[] = [];
    for (const role of roles) {
      for (const relation of relations) {
        const expected = expectedOf(name, role, relation);
        const said = runningSystemSays(action, role, relation);
        if (said !== expected)
          differences.push(`${role} × ${relation}: access.csv says ${expected}, the product ${said}`);
      }
    }
    expect(differences).toEqual([]);
  },
);
