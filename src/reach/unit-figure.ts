import { isDeepStrictEqual } from 'node:util';
import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import { AppError } from '../platform/errors.ts';
import { schoolDayOf } from '../calendar/rules/days.ts';
import { issueFigure, readDailyFigure } from './actions.ts';
import { selectUnit, type UnitCard } from './queries/unit-boards.ts';
import { insertIssue, lockReport, selectIssues, type StoredIssue } from './queries/unit-figures.ts';
import { asOwner } from '../platform/wall/reader.ts';
import { recountDirty } from './recount.ts';
import {
  differencesOf,
  reportTime,
  type Difference,
  type ReportedFigures,
  type SilentSchool,
} from './rules/unit-figure.ts';
import { countUnit } from './unit-board.ts';

export interface UnitFigure {
  readonly now: Date;
  readonly day: string;
  readonly timeZone: string;
  readonly unit: UnitCard;
  /** Hour of the unit's clock at which the first issue is made. */
  readonly reportTime: string;
  /** What was reported, first issue first; empty before the hour. Each says what it changed of the one before. */
  readonly issues: (Omit<StoredIssue, 'figures'> & { readonly differences: Difference[] })[];
  /** Of the last issue; before the first one, what is known now. */
  readonly figures: ReportedFigures;
  readonly cutOff: Date;
  /** What would be different if a further issue were made now. */
  readonly since: Difference[];
}

/**
 * A unit's report of a day: its last issue with the history of corrections, and what has changed since.
 *
 * @param day - `YYYY-MM-DD`, or null: today in the unit's zone.
 * @throws {AppError} 422 `not_above_schools` for a school: its figure is of its own kind.
 */
export async function unitFigure(
  ctx: ServerContext,
  actor: Actor,
  { orgId, day }: { orgId: string; day: string | null },
): Promise<UnitFigure> {
  const granted = await authorize(ctx.db, actor, readDailyFigure, { orgId });
  const { tz, ...unit } = await selectUnit(ctx.db, granted, orgId);
  refuseSchools(unit);
  const now = ctx.now();
  const asked = day ?? schoolDayOf(now, tz);
  const current = await figuresNow(ctx, granted, { orgId, day: asked });
  const issues = await selectIssues(ctx.db, granted, { orgId, day: asked });
  const last = issues.at(-1);
  return {
    now,
    day: asked,
    timeZone: tz,
    unit,
    reportTime,
    issues: issues.map(({ figures, ...issue }, place) => ({
      ...issue,
      differences: place === 0 ? [] : differencesOf(issues[place - 1]!.figures, figures),
    })),
    figures: last?.figures ?? current,
    cutOff: last?.cutOff ?? now,
    since: last ? differencesOf(last.figures, current) : [],
  };
}

/**
 * Reports a unit's day: the first issue, or a further one when the figures are no longer those reported last. Asking
 * again without a change makes none.
 *
 * @returns whether an issue was made.
 * @throws {AppError} 422 `not_above_schools`.
 */
export async function issueUnitFigure(
  ctx: ServerContext,
  actor: Actor,
  { orgId, day }: { orgId: string; day: string },
): Promise<boolean> {
  const granted = await authorize(ctx.db, actor, issueFigure, { orgId });
  refuseSchools(await selectUnit(ctx.db, granted, orgId));
  // What was recorded before the cut-off is counted before the figures are read.
  const cutOff = ctx.now();
  await asOwner('recount', () => recountDirty(ctx.db, cutOff));
  return ctx.db.transaction().execute(async (trx) => {
    await lockReport(trx, { orgId, day });
    const figures = await figuresNow({ db: trx }, granted, { orgId, day });
    const last = (await selectIssues(trx, granted, { orgId, day })).at(-1);
    // The same counts of a unit that gave another sign of life are no correction.
    if (last && isDeepStrictEqual(comparable(last.figures), comparable(figures))) return false;
    const issue = (last?.issue ?? 0) + 1;
    await insertIssue(trx, {
      orgId,
      day,
      issue,
      cutOff,
      issuedBy: actor.kind === 'person' ? actor.personId : null,
      figures,
    });
    await audit(trx, actor, {
      action: issueFigure.name,
      subjectKind: 'unitFigure',
      subjectId: `${orgId} ${day}`,
      orgId,
      detail: { issue, differences: last ? differencesOf(last.figures, figures).length : 0 },
    });
    return true;
  });
}

function refuseSchools({ kind }: UnitCard): void {
  if (kind === 'school')
    throw new AppError(422, 'not_above_schools', 'A school reports through its own daily figure.');
}

async function figuresNow(
  { db }: Pick<ServerContext, 'db'>,
  granted: Parameters<typeof countUnit>[1],
  { orgId, day }: { orgId: string; day: string },
): Promise<ReportedFigures> {
  const { totals, ways, rows, signs } = await countUnit(db, granted, { orgId, day });
  return {
    measures: {
      expected: totals.expected,
      reached: totals.reached,
      reachedLate: totals.reachedLate,
      excused: totals.excused,
      unreached: totals.unreached,
      pending: totals.pending,
      withoutAdult: totals.withoutAdult,
      followUps: totals.followUps,
      schools: totals.schools,
      silentSchools: totals.silentSchools,
    },
    ways,
    units: rows
      .map(
        ({
          orgId: id,
          name,
          code,
          data,
          lastFactAt,
          expected,
          reached,
          reachedLate,
          excused,
          unreached,
          pending,
        }) => ({
          orgId: id,
          name,
          code,
          data,
          lastFactAt: lastFactAt?.toISOString() ?? null,
          expected,
          reached,
          reachedLate,
          excused,
          unreached,
          pending,
        }),
      )
      .sort((a, b) => (a.code < b.code ? -1 : 1)),
    silent: signs
      .flatMap(({ schoolId, name, code, data }): SilentSchool[] =>
        data === 'silent' || data === 'noPlan' ? [{ schoolId, name, code, data }] : [],
      )
      .sort((a, b) => (a.code < b.code ? -1 : 1)),
  };
}

/** Follow-ups are worked on all day and are no figure of the day's reach. */
function comparable({ measures, ways, units, silent }: ReportedFigures) {
  return {
    measures: { ...measures, followUps: 0 },
    ways: ways.toSorted((a, b) => (a.way < b.way ? -1 : 1)),
    units: units.map(({ lastFactAt: _at, ...unit }) => unit),
    silent,
  };
}
