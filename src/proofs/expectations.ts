import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { appointmentRoles, type Relation, type Role } from '../people/roles.ts';

/** One line of `access.csv`, the hand-reviewed second opinion on who may do what. */
export interface AccessLine {
  readonly action: string;
  /** A role, `staff` for every appointment, `*` for everybody. */
  readonly role: string;
  /** A relation, or `*` for every one. */
  readonly relation: string;
  readonly expected: 'allow' | 'refuse' | 'hide';
  readonly reason: string;
}

export const accessLines: readonly AccessLine[] = parse(
  readFileSync(path.join(import.meta.dirname, '../../access.csv')),
  { columns: true },
);

/**
 * What the lines say of somebody who stands in several relations to the subject at once: one that allows is enough.
 *
 * @param holding - none: the subject is foreign to them.
 */
export function expectedOf(
  action: string,
  role: Role,
  holding: readonly Relation[],
): 'allow' | 'refuse' | 'hide' {
  const isAllowed = accessLines.some(
    (line) =>
      line.action === action &&
      line.expected === 'allow' &&
      (line.role === '*' || line.role === role || (line.role === 'staff' && isAppointment(role))) &&
      (line.relation === '*' || holding.some((relation) => relation === line.relation)),
  );
  if (isAllowed) return 'allow';
  return role === 'anonymous' || holding.length > 0 ? 'refuse' : 'hide';
}

function isAppointment(role: Role): boolean {
  return (appointmentRoles as readonly string[]).includes(role);
}
