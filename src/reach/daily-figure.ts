import type { Way } from '../facts/tables.ts';
import type { Actor } from '../platform/actor.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import { AppError } from '../platform/errors.ts';
import { schoolDayOf } from '../calendar/rules/days.ts';
import { readDailyFigure } from './actions.ts';
import { selectClassFigures, selectFigures, selectLessonCounts, selectUnit } from './queries/unit-boards.ts';

export interface DailyFigure {
  readonly day: string;
  readonly schoolName: string;
  readonly cutOff: Date;
  readonly timeZone: string;
  readonly lessons: { mode: string; planned: number; taught: number; cancelled: number }[];
  readonly figures: Readonly<Record<string, number>>;
  readonly ways: { way: Way; count: number }[];
  readonly classes: Awaited<ReturnType<typeof selectClassFigures>>;
}

/**
 * A school's day in figures: planned, taught, by mode, expected, reached. Counts, no names.
 *
 * @throws {AppError} 422 `not_a_school` when the unit is not a school.
 */
export async function dailyFigure(
  ctx: ServerContext,
  actor: Actor,
  { schoolId, day }: { schoolId: string; day: string | null },
): Promise<DailyFigure> {
  const granted = await authorize(ctx.db, actor, readDailyFigure, { orgId: schoolId });
  const unit = await selectUnit(ctx.db, granted, schoolId);
  if (unit.kind !== 'school') throw new AppError(422, 'not_a_school', 'The daily figure is of one school.');
  const asked = day ?? schoolDayOf(ctx.now(), unit.tz);
  const rows = await selectFigures(ctx.db, granted, { orgIds: [schoolId], day: asked });
  const figures: Record<string, number> = {};
  for (const row of rows) figures[row.measure] = (figures[row.measure] ?? 0) + row.count;
  return {
    day: asked,
    schoolName: unit.name,
    timeZone: unit.tz,
    cutOff: rows.length > 0 ? new Date(Math.min(...rows.map((row) => row.cutOff.getTime()))) : ctx.now(),
    lessons: await selectLessonCounts(ctx.db, granted, { schoolId, day: asked }),
    figures,
    ways: rows.flatMap(({ measure, way, count }) =>
      measure === 'reached' && way !== '' ? [{ way, count }] : [],
    ),
    classes: await selectClassFigures(ctx.db, granted, { schoolId, day: asked }),
  };
}
