import { expect, test } from 'vitest';
import { capabilities } from '../app.ts';
import { decide, type AccessAction } from '../people/access.ts';
import { relations, roles, type Relation, type Role } from '../people/roles.ts';
import { accessLines, expectedOf } from './expectations.ts';

function runningSystemSays(action: AccessAction<never>, role: Role, relation: Relation): string {
  const allowed = action.rule.allow[role];
  if (allowed === 'any') return 'allow';
  if (role === 'anonymous') return 'refuse';
  return decide(allowed ?? [], [relation]);
}

const actions = capabilities.flatMap((capability) => capability.actions) as AccessAction<never>[];

test('every action of the product has rows in access.csv, and every row an action', () => {
  const named = new Set(accessLines.map(({ action }) => action));
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
    'people.decideSupport',
    'people.manageAccounts',
    'reach.changeRules',
    'rosters.confirm',
    'rosters.export',
    'rosters.importUnits',
    'rosters.sync',
  ]);
});

test('a line that reaches beyond the school, or lets in whoever it may be, says why', () => {
  const beyond = ['operator', 'bureauOfficer', 'supervisor', 'researcher', 'opsStaff', 'guestExpert', '*'];
  const unexplained = accessLines.filter(
    ({ role, relation, expected, reason }) =>
      (beyond.includes(role) || relation === '*' || relation === 'below' || expected !== 'allow') &&
      reason.trim().length < 8,
  );
  expect(unexplained.map(({ action, role, relation }) => `${action} ${role} ${relation}`)).toEqual([]);
});

test('no line is written twice', () => {
  const keys = accessLines.map(({ action, role, relation }) => `${action} ${role} ${relation}`);
  expect(keys.filter((key, place) => keys.indexOf(key) !== place)).toEqual([]);
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
        const expected = expectedOf(name, role, relation === 'foreign' ? [] : [relation]);
        const said = runningSystemSays(action, role, relation);
        if (said !== expected)
          differences.push(`${role} × ${relation}: access.csv says ${expected}, the product ${said}`);
      }
    }
    expect(differences).toEqual([]);
  },
);
