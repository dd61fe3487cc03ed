import { readName } from '../rules/person-name.ts';
import type { RosterProblem, SetGuardian } from '../rules/roster-row.ts';
import { readPhone } from '../rules/sensitive.ts';
import {
  idList,
  recordProblem,
  sayableId,
  setProblem,
  type ExchangeRecord,
  type Records,
} from './records.ts';

/** Ids of pupils by id of a guardian, whichever side names the other. */
export type Links = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Who is whose guardian: the list of relationships, the agents that a pupil names, the pupils that a guardian names.
 *
 * @param isGuardian - what the set says of a user.
 */
export function linksOf(records: Records, isGuardian: (userId: string) => boolean): Links {
  const links = new Map<string, Set<string>>();
  const put = (guardianId: string, pupilId: string) => {
    if (guardianId === '' || pupilId === '' || guardianId === pupilId) return;
    const pupils = links.get(guardianId);
    if (pupils) pupils.add(pupilId);
    else links.set(guardianId, new Set([pupilId]));
  };
  for (const record of records.guardianships) {
    if (!record.gone) put(record.get('guardianId'), record.get('userId'));
  }
  for (const record of records.users) {
    if (record.gone) continue;
    const id = record.get('id');
    for (const other of idList(record.get('agentIds'))) {
      if (isGuardian(id)) put(id, other);
      else put(other, id);
    }
  }
  return links;
}

/**
 * Guardians by id of their pupil. Without a telephone a guardian is nobody here: it is what they are read for.
 *
 * @param guardians - users of the set who are guardians.
 * @param isPupil - whether a user becomes a pupil's row.
 */
export function readGuardians(
  records: Records,
  guardians: readonly ExchangeRecord[],
  {
    links,
    isPupil,
    nameOf,
  }: {
    links: Links;
    isPupil: (userId: string) => boolean;
    nameOf: (record: ExchangeRecord) => string;
  },
): { byPupil: ReadonlyMap<string, readonly SetGuardian[]>; problems: RosterProblem[] } {
  const problems: RosterProblem[] = [];
  const byPupil = new Map<string, SetGuardian[]>();
  let withoutPhone = 0;
  let withoutPupil = 0;
  for (const record of guardians) {
    const externalId = record.get('id');
    const pupils = [...(links.get(externalId) ?? [])].filter(isPupil);
    if (pupils.length === 0) {
      withoutPupil += 1;
      continue;
    }
    const text = record.get('phone');
    const phone = readPhone(text);
    if (text !== '' && phone === null)
      problems.push(recordProblem(record, 'roster_phone_odd', 'look', 'phone'));
    const { name } = readName(nameOf(record));
    if (phone === null || name === '') {
      withoutPhone += 1;
      continue;
    }
    for (const pupilId of pupils) {
      const others = byPupil.get(pupilId) ?? [];
      // Of two guardians with one telephone the first stands for both, as in a workbook.
      if (others.some((other) => other.phone === phone)) continue;
      byPupil.set(pupilId, [...others, { name, phone, externalId }]);
    }
  }
  const known = new Set(records.users.map((record) => record.get('id')));
  for (const record of [...records.guardianships, ...records.users]) {
    const field = record.get('guardianId') === '' ? ('agentIds' as const) : ('guardianId' as const);
    const missing = idList(record.get(field)).find((id) => !known.has(id));
    if (missing === undefined || record.gone) continue;
    problems.push(recordProblem(record, 'roster_agent_missing', 'look', field, { id: sayableId(missing) }));
  }
  if (withoutPhone > 0)
    problems.push(setProblem('roster_guardians_without_phone', 'look', { count: withoutPhone }));
  if (withoutPupil > 0)
    problems.push(setProblem('roster_guardians_without_pupil', 'look', { count: withoutPupil }));
  return { byPupil, problems };
}
