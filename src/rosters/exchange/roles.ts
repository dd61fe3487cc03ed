import type { Dialect } from './dialect.ts';

export type PersonKind = 'pupil' | 'staff' | 'guardian';

/** Somebody of the set, or of the present roster when a set of changes only names their id. */
export interface KnownUser {
  readonly number: string;
  readonly name: string;
  readonly kind: 'pupil' | 'staff';
}

/** Role as it is compared. */
export function plainRole(text: string): string {
  return text.replace(/[\s_-]/g, '').toLowerCase();
}

/** What a role word of a dialect makes of somebody; `null` when it is not known. */
export function kindOfRole(dialect: Dialect, role: string): PersonKind | null {
  const plain = plainRole(role);
  if (dialect.pupilRoles.includes(plain)) return 'pupil';
  if (dialect.staffRoles.includes(plain) || dialect.leadingRoles.includes(plain)) return 'staff';
  return dialect.guardianRoles.includes(plain) ? 'guardian' : null;
}
