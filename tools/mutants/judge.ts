import { capabilities } from '../../src/app.ts';
import { decide, type AccessAction } from '../../src/people/access.ts';
import { relations, roles } from '../../src/people/roles.ts';
import { expectedOf } from '../../src/proofs/expectations.ts';
import type { Cell, Matrix } from '../../src/proofs/matrix.ts';
import { callSites, fieldsWatcher, placeMutants, roleMutants, type Mutant } from './mutants.ts';

export interface Verdict {
  readonly mutant: Mutant;
  /** The cell of the matrix that told it from the real rules; null: none did. */
  readonly killedBy: string | null;
  /** Whether the comparison of the tables with `access.csv` tells it. */
  readonly differsFromTable: boolean;
  /** Cells asked until then; 0: no cell of the matrix stands so. */
  readonly asked: number;
}

/** Why a mutant may live. Found by reading each survivor; one that fits none of these is a gap of the matrix. */
const excused: readonly [RegExp, string][] = [
  [
    /^(people\.readSelf|people\.keepSecondStep|timetable\.readOwnDay|reach\.readOwn\w+) place changed/,
    'the subject is the one who asks: they stand there already',
  ],
  [
    /^rooms\.(enter|readLog|takePart) place changed: without its staff/,
    'the statement carries the relation; the rule only finds the words of a refusal',
  ],
  [
    /^check left out: rooms\.(enter|readLog|takePart|teach) /,
    'the first of two locks: the statement carries the actor, and refuses alone',
  ],
  [
    /^check left out: rosters\.(check|confirm) /,
    'asked twice on this way, by the use case and by what it calls',
  ],
  [/^check left out: people\.readSelf /, 'whoever is signed in may, and the next line refuses who is not'],
];

export const actions = capabilities.flatMap((capability) => capability.actions) as AccessAction<never>[];

/** All mutants of the rules that the matrix can tell at all: those with a cell that stands so. */
export async function mutantsOf(matrix: Matrix): Promise<Mutant[]> {
  const watcher = fieldsWatcher(actions);
  const sites = callSites(actions);
  // Those who may are asked first, so that every question is run through to its end.
  for (const operation of matrix.operations.values()) {
    sites.during(operation.id);
    await matrix.ask((one, hat) => one.id === operation.id && isEnough(hat.role));
  }
  watcher.stop();
  sites.stop();
  const fields: Readonly<Record<string, string>> = {
    'without its unit': 'orgId',
    'without its persons': 'personIds',
    'without its classes': 'classIds',
    'without its staff': 'staffIds',
  };
  const places = actions
    .filter(({ name }) => (watcher.seen.get(name)?.size ?? 0) > 0)
    .flatMap((action) => placeMutants(action).map((mutant) => ({ action, mutant })))
    .filter(({ action, mutant }) => {
      const field = fields[mutant.name.split('changed: ')[1] ?? ''];
      return field === undefined || watcher.seen.get(action.name)?.has(field);
    })
    .map(({ mutant }) => mutant);
  return [...actions.flatMap(roleMutants), ...places, ...siteMutants(sites.reached)];
}

/** Roles between them pass every place that asks. */
function isEnough(role: string): boolean {
  return ['schoolAdmin', 'classTeacher', 'bureauOfficer', 'pupil', 'guardian'].includes(role);
}

function siteMutants(reached: ReadonlyMap<string, ReadonlySet<string>>): Mutant[] {
  return [...reached].map(([site, operations]) => ({
    name: `check left out: ${site}`,
    kind: 'check left out',
    apply() {
      const sites = callSites(actions);
      sites.leaveOut(site);
      return () => sites.stop();
    },
    concerns: ({ operation }: Cell) => operations.has(operation.id),
  }));
}

/** Asks the cells that could tell, until one does. */
export async function judge(matrix: Matrix, mutant: Mutant): Promise<Verdict> {
  const undo = mutant.apply();
  try {
    const { difference, asked } = await matrix.firstDifference((cell) => mutant.concerns(cell));
    return { mutant, killedBy: difference, asked, differsFromTable: differsFromTable() };
  } finally {
    undo();
  }
}

/** Pure: the same comparison as `access-table.test.ts`. */
function differsFromTable(): boolean {
  return actions.some(({ name, rule }) =>
    roles.some((role) => {
      const allowed = rule.allow[role] ?? [];
      if (allowed === 'any' || role === 'anonymous') return false;
      return relations.some(
        (relation) =>
          decide(allowed, [relation]) !== expectedOf(name, role, relation === 'foreign' ? [] : [relation]),
      );
    }),
  );
}

/** Why a survivor is no gap; null when nobody has found a reason. */
export function isExcused(name: string): string | null {
  return excused.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}
