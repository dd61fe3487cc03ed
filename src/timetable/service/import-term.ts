import type { TermRow } from '../../calendar/queries.ts';
import type { SchoolClock } from '../../calendar/service.ts';
import type { Granted } from '../../platform/authorize.ts';
import type { Db } from '../../platform/database.ts';
import { selectNames, selectTeachers } from '../queries/names.ts';
import { selectPlanClasses } from '../queries/plan.ts';
import { planTerm } from '../term/plan-term.ts';
import { readTerm } from '../term/read-term.ts';
import type { TermTable } from '../term/tables.ts';
import { requireKnownChoices, type Input, type Judged } from './import-report.ts';
import { termOf } from './read-week.ts';
import { compareTerm, writeTerm, type TermPlace } from './term-draft.ts';

/**
 * Compares the list of a whole term with the draft. Nothing of it blocks: a meeting that cannot be read is left out and
 * told, a lesson that uses somebody twice enters the draft and waits there.
 */
export async function judgeTerm(
  db: Db,
  granted: Granted,
  {
    input: { schoolId, fileName, choices },
    clock: { term, today, hours },
    tables,
  }: { input: Input; clock: SchoolClock & { term: TermRow }; tables: readonly TermTable[] },
): Promise<Judged> {
  const classes = await selectPlanClasses(db, { schoolId, firstDay: term.firstDay, lastDay: term.lastDay });
  const teachers = await selectTeachers(db, granted, schoolId);
  requireKnownChoices(choices, classes, teachers);
  const plan = planTerm(readTerm(tables), { classes, teachers, choices, weeksOfTerm: termOf(term).weeks });
  const place: TermPlace = { schoolId, term, today, teachingWeekdays: hours.teachingWeekdays };
  const names = await selectNames(db, granted, schoolId);
  const difference = await compareTerm(db, place, { plan, names });
  return {
    termId: term.id,
    write: (trx) => writeTerm(trx, place, { plan, difference }),
    report: {
      ...plan.counts,
      kind: 'term',
      created: difference.created.length,
      changed: difference.changed.length,
      unchanged: difference.unchanged,
      leaving: difference.leaving.length,
      draft: plan.lessons.length,
      withProblem: difference.held.size,
      newClasses: plan.newClasses.length,
      composed: plan.compositions.length,
      newTeachers: plan.newTeachers.length,
      makesBells: difference.makesBells,
      problems: [...plan.problems, ...difference.problems].map((row) => ({ ...row, file: fileName })),
      questions: { classes: [], teachers: plan.openTeachers, cells: [] },
    },
  };
}
