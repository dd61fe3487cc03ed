import type { AccessAction, Allow, Place } from '../../src/people/access.ts';
import { relations, roles, type Relation, type Role } from '../../src/people/roles.ts';
import { relationsOfHat } from '../../src/proofs/hats.ts';
import { actionOf, type Cell } from '../../src/proofs/matrix.ts';

/** One small wrong change of the access rules, made in memory. */
export interface Mutant {
  readonly name: string;
  readonly kind: 'relation dropped' | 'role widened' | 'place changed' | 'check left out';
  /** Makes the change. @returns what takes it back. */
  apply(): () => void;
  /** Cells that could tell; asking others would only take time. */
  concerns(cell: Cell): boolean;
}

type AnyAction = AccessAction<never>;
type Open<T> = { -readonly [K in keyof T]: T[K] };

const holds = ({ hat, question }: Cell, role: Role, relation: Relation): boolean => {
  const standing = relationsOfHat(hat.name, question.kind);
  return (
    hat.role === role &&
    (relation === 'foreign' ? standing.length === 0 : standing.some((one) => one === relation))
  );
};

/** Every relation an action allows taken from each role that has it, and every other one given to each role. */
export function roleMutants(action: AnyAction): Mutant[] {
  const rule = action.rule as Open<AnyAction['rule']>;
  const mutants: Mutant[] = [];
  const mutant = (kind: Mutant['kind'], role: Role, relation: Relation, allow: Allow): Mutant => ({
    name: `${action.name} ${kind}: ${role} ${relation}`,
    kind,
    apply() {
      const before = rule.allow;
      rule.allow = allow;
      return () => {
        rule.allow = before;
      };
    },
    concerns: (cell) => actionOf(cell) === action.name && holds(cell, role, relation),
  });
  for (const role of roles.filter((one) => one !== 'operator' && one !== 'anonymous')) {
    const allowed = rule.allow[role] ?? [];
    if (allowed === 'any') continue;
    for (const relation of relations) {
      const has = allowed.includes(relation);
      const next = has ? allowed.filter((one) => one !== relation) : [...allowed, relation];
      mutants.push(
        mutant(has ? 'relation dropped' : 'role widened', role, relation, { ...rule.allow, [role]: next }),
      );
    }
  }
  return mutants;
}

/** The subject put somewhere else: without what ties it to people, or where the one who asks is. */
export function placeMutants(action: AnyAction): Mutant[] {
  const rule = action.rule as Open<AnyAction['rule']>;
  const changes: readonly [
    string,
    (place: Place, own: { personId: string; orgId: string | null }) => Place,
  ][] = [
    ['without its unit', (place) => ({ ...place, orgId: null })],
    ['without its persons', (place) => ({ ...place, personIds: [] })],
    ['without its classes', (place) => ({ ...place, classIds: [] })],
    ['without its staff', (place) => ({ ...place, staffIds: [] })],
    ['at the unit of who asks', (place, { orgId }) => ({ ...place, orgId })],
    ['with who asks among its persons', (place, { personId }) => ({ ...place, personIds: [personId] })],
    ['with who asks among its staff', (place, { personId }) => ({ ...place, staffIds: [personId] })],
  ];
  return changes.map(([what, change]) => ({
    name: `${action.name} place changed: ${what}`,
    kind: 'place changed',
    apply() {
      const before = rule.place;
      rule.place = async (db, subject, actor) => {
        const place = await before(db, subject, actor);
        if (!place || actor.kind !== 'person') return place;
        return change(place, { personId: actor.personId, orgId: actor.appointment?.orgId ?? null });
      };
      return () => {
        rule.place = before;
      };
    },
    concerns: (cell) => cell.operation.actions.includes(action.name),
  }));
}

/** What `placeOf` gives, by action: which changes of a place change anything. */
export function fieldsWatcher(actions: readonly AnyAction[]): {
  readonly seen: ReadonlyMap<string, ReadonlySet<string>>;
  stop(): void;
} {
  const seen = new Map<string, Set<string>>();
  const undo = actions.map((action) => {
    const rule = action.rule as Open<AnyAction['rule']>;
    const before = rule.place;
    const fields = new Set<string>();
    seen.set(action.name, fields);
    rule.place = async (db, subject, actor) => {
      const place = await before(db, subject, actor);
      for (const [field, value] of Object.entries(place ?? {}))
        if (Array.isArray(value) ? value.length > 0 : value !== null) fields.add(field);
      return place;
    };
    return () => {
      rule.place = before;
    };
  });
  return { seen, stop: () => undo.forEach((take) => take()) };
}

/**
 * Finds the places in the code that ask, by running what passes them, and makes one mutant of each: that very question left
 * out, all others kept.
 */
export function callSites(actions: readonly AnyAction[]): {
  /** Operations that came by, by place in the code. */
  readonly reached: ReadonlyMap<string, ReadonlySet<string>>;
  /** The operation that is asked from now on. */
  during(operation: string): void;
  leaveOut(site: string | null): void;
  stop(): void;
} {
  const reached = new Map<string, Set<string>>();
  let operation = '';
  let leftOut: string | null = null;
  const undo = actions.flatMap((action) => {
    const parts = [action, ...('whole' in action ? [action.whole as AnyAction] : [])];
    return parts.map((part) => {
      const open = part as Open<AnyAction>;
      const before = open.decide;
      open.decide = async (db, actor, subject) => {
        const site = callerOf(action.name);
        if (site !== null) reached.set(site, (reached.get(site) ?? new Set()).add(operation));
        return site !== null && site === leftOut ? 'allow' : before(db, actor, subject);
      };
      return () => {
        open.decide = before;
      };
    });
  });
  return {
    reached,
    during: (name) => {
      operation = name;
    },
    leaveOut: (site) => {
      leftOut = site;
    },
    stop: () => undo.forEach((take) => take()),
  };
}

/** Where `authorize` was called: file, line and action; null when something else asked the action. */
function callerOf(action: string): string | null {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 12;
  const frames = (new Error('where').stack ?? '').split('\n');
  Error.stackTraceLimit = limit;
  const place = frames.findIndex((frame) => frame.includes('/platform/authorize.ts'));
  const frame = place < 0 ? undefined : frames[place + 1];
  const found = /\/(src\/[^:)]+):(\d+)/.exec(frame ?? '');
  return found ? `${action} asked at ${found[1]}:${found[2]}` : null;
}
