import type { RosterProblem } from '../rules/roster-row.ts';
import { compactText } from '../rules/text.ts';
import { entityIds, type CurrentSchool } from '../rules/sections.ts';
import type { Dialect } from './dialect.ts';
import { idList, setProblem, type ExchangeRecord, type Records } from './records.ts';

/** Units of a set that are the school or hang below it; `null`: the set names no units, all of it is of the school. */
export type Units = ReadonlySet<string> | null;

const plain = (text: string) => compactText(text).toLowerCase();

/** Ids of the units that people and classes refer to. */
function usedUnits(records: Records): Set<string> {
  return new Set([
    ...records.users.flatMap((record) => idList(record.get('orgIds'))),
    ...[...records.roles, ...records.classes, ...records.members].flatMap((record) =>
      idList(record.get('orgId')),
    ),
  ]);
}

/**
 * Finds the school that the set is imported into among the units it names: by the id of an earlier set, by the school's
 * code, by its name; else the only school there is.
 *
 * @param isDelta - the set names only units that changed.
 */
export function findSchool(
  records: Records,
  dialect: Dialect,
  current: CurrentSchool,
  isDelta = false,
): { units: Units; problems: RosterProblem[] } {
  const orgs = records.orgs.filter((org) => !org.gone);
  const isSchool = (org: ExchangeRecord) => dialect.schoolTypes.includes(plain(org.get('type')));
  const { school } = current;
  const known = entityIds(current, 'org', [school.id]);
  // A set of changes need not name the units that stay as they are.
  const earlier = new Set([...known].filter(([, id]) => id === school.id).map(([externalId]) => externalId));
  const isKnown = earlier.size > 1;
  if (orgs.length === 0) return { units: isKnown ? earlier : null, problems: [] };
  const code = plain(school.code);
  const rules: ((org: ExchangeRecord) => boolean)[] = [
    // Units below the school are kept as the school's too; the school is the one that is called so.
    (org) => known.get(org.get('id')) === school.id && (isSchool(org) || !orgs.some(isSchool)),
    (org) => plain(org.get('code')) === code || plain(org.get('id')) === code,
    (org) => plain(org.get('name')) === plain(school.name),
  ];
  const used = usedUnits(records);
  const only = (found: readonly ExchangeRecord[]) => (found.length === 1 ? found[0] : undefined);
  const match =
    rules.map((fits) => only(orgs.filter(fits))).find((org) => org !== undefined) ??
    only(orgs.filter(isSchool)) ??
    only(orgs.filter((org) => !orgs.some(isSchool) && used.has(org.get('id'))));
  if (!match && isDelta && isKnown) return { units: earlier, problems: [] };
  if (!match) {
    const names = orgs
      .filter((org) => isSchool(org) || !orgs.some(isSchool))
      .map((org) => `${org.get('name')} (${org.get('code') || org.get('id')})`);
    const params = { school: school.name, code: school.code, names: names.slice(0, 8).join('、') };
    return { units: new Set(), problems: [setProblem('roster_school_unknown', 'must', params)] };
  }
  const units = new Set([match.get('id')]);
  // Departments and grades below belong to the school; another school below it stands for itself.
  for (let size = 0; size !== units.size;) {
    size = units.size;
    for (const org of orgs) {
      if (units.has(org.get('parentId')) && !isSchool(org)) units.add(org.get('id'));
    }
  }
  return { units, problems: [] };
}
