import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import type { Trx } from '../platform/database.ts';
import { AppError, notFound } from '../platform/errors.ts';
import { editCalendar, readCalendar } from './actions.ts';
import { nationalYears } from './holidays.ts';
import {
  deleteHoliday,
  selectHolidaysOf,
  selectOptionalTerm,
  selectSchoolDays,
  selectTermsOf,
  upsertHoliday,
  upsertTerm,
  type HolidayRow,
  type SchoolDayRow,
  type TermRow,
} from './queries.ts';
import { weekdayOf } from './rules/days.ts';
import { ensureSchoolDays, loadNationalHolidays } from './service.ts';

export interface CalendarOfOrg {
  readonly terms: readonly TermRow[];
  /** The days asked for that differ from the week: holidays and make-up days, with who decided them. */
  readonly holidays: readonly HolidayRow[];
  /** Empty above schools. */
  readonly days: readonly SchoolDayRow[];
  /** Years whose national notice was not known when the product was made: enter them by hand. */
  readonly unpublishedYears: readonly number[];
}

/** Terms, holidays and days of a unit between two days. */
export async function calendarOf(
  ctx: ServerContext,
  actor: Actor,
  { orgId, firstDay, lastDay }: { orgId: string; firstDay: string; lastDay: string },
): Promise<CalendarOfOrg> {
  await authorize(ctx.db, actor, readCalendar, { orgId });
  const years = nationalYears().filter(({ published }) => !published);
  return {
    terms: await selectTermsOf(ctx.db, orgId),
    holidays: await selectHolidaysOf(ctx.db, { orgId, firstDay, lastDay }),
    days: await selectSchoolDays(ctx.db, { schoolId: orgId, firstDay, lastDay }),
    unpublishedYears: years
      .map(({ year }) => year)
      .filter((year) => firstDay.slice(0, 4) <= `${year}` && `${year}` <= lastDay.slice(0, 4)),
  };
}

/**
 * Makes or changes a term of a unit and its schools' days; its id names it, so that saving twice is saving once.
 *
 * @throws {AppError} 422 `term_reversed`, `term_too_long`, `week1_not_monday`, `week1_after_term`; 409 `terms_overlap`.
 */
export async function saveTerm(ctx: ServerContext, actor: Actor, term: TermRow): Promise<TermRow> {
  await authorize(ctx.db, actor, editCalendar, { orgId: term.orgId });
  requireSoundTerm(term);
  return ctx.db.transaction().execute(async (trx) => {
    const known = await selectOptionalTerm(trx, term.id);
    if (known && known.orgId !== term.orgId) throw notFound('term_not_found');
    const overlapping = await trx
      .selectFrom('terms')
      .select('title')
      .where('org_id', '=', term.orgId)
      .where('id', '<>', term.id)
      .where('first_day', '<=', term.lastDay)
      .where('last_day', '>=', term.firstDay)
      .executeTakeFirst();
    if (overlapping) {
      throw new AppError(409, 'terms_overlap', 'Another term covers some of these days.', {
        params: { title: overlapping.title },
      });
    }
    await upsertTerm(trx, term);
    await changed(trx, actor, { orgId: term.orgId, subjectId: term.id, detail: { kind: 'term' } });
    return term;
  });
}

function requireSoundTerm({ firstDay, lastDay, week1Monday }: TermRow): void {
  const refuse = (code: string, message: string): never => {
    throw new AppError(422, code, message, { params: { firstDay, lastDay } });
  };
  if (lastDay <= firstDay) refuse('term_reversed', 'The term ends before it begins.');
  if (Date.parse(lastDay) - Date.parse(firstDay) > 300 * 86_400_000)
    refuse('term_too_long', 'No term lasts 300 days.');
  if (weekdayOf(week1Monday) !== 1) refuse('week1_not_monday', 'Week 1 begins on a Monday.');
  if (week1Monday > firstDay) refuse('week1_after_term', 'Week 1 begins after the first day of the term.');
}

/**
 * Decides a day for a unit and its schools: off, or made up with the timetable of a weekday.
 *
 * @param teachesWeekday - 1–7 for a make-up day, null while undecided; null for a holiday.
 * @throws {AppError} 422 `holiday_teaches_nothing`.
 */
export async function decideDay(
  ctx: ServerContext,
  actor: Actor,
  holiday: {
    orgId: string;
    day: string;
    kind: 'holiday' | 'makeUp';
    name: string;
    teachesWeekday: number | null;
  },
): Promise<void> {
  await authorize(ctx.db, actor, editCalendar, { orgId: holiday.orgId });
  if (holiday.kind === 'holiday' && holiday.teachesWeekday !== null) {
    throw new AppError(422, 'holiday_teaches_nothing', 'A day off teaches no weekday.');
  }
  const { orgId, day, kind } = holiday;
  await ctx.db.transaction().execute(async (trx) => {
    await upsertHoliday(trx, holiday);
    await changed(trx, actor, { orgId, subjectId: day, detail: { kind } });
  });
}

/** Takes a unit's own decision about a day back; what the bureau or the notice says holds again. */
export async function undecideDay(
  ctx: ServerContext,
  actor: Actor,
  { orgId, day }: { orgId: string; day: string },
): Promise<void> {
  await authorize(ctx.db, actor, editCalendar, { orgId });
  await ctx.db.transaction().execute(async (trx) => {
    await deleteHoliday(trx, { orgId, day });
    await changed(trx, actor, { orgId, subjectId: day, detail: { kind: 'undecided' } });
  });
}

async function changed(
  trx: Trx,
  actor: Actor,
  { orgId, subjectId, detail }: { orgId: string; subjectId: string; detail: Record<string, unknown> },
): Promise<void> {
  // A new installation has its first term before the night's job has brought the notices.
  await loadNationalHolidays(trx);
  await ensureSchoolDays(trx, { orgId });
  await audit(trx, actor, { action: editCalendar.name, subjectKind: 'calendar', subjectId, orgId, detail });
}
