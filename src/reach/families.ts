import type { Actor } from '../platform/actor.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import { AppError } from '../platform/errors.ts';
import { readOwnChildren, readPupilDays } from './actions.ts';
import { todayOf } from './pupil-today.ts';
import {
  selectChildren,
  selectFamily,
  selectPupilDay,
  selectRecentDays,
  type ChildDay,
  type DaySummary,
  type PupilLesson,
} from './queries/families.ts';
import { ensureDayOpen } from './school-day.ts';

export interface PupilDays {
  readonly day: string;
  readonly today: string;
  readonly now: Date;
  readonly timeZone: string;
  readonly pupilName: string;
  readonly lessons: PupilLesson[];
  readonly recent: DaySummary[];
}

/** A day of a pupil with the evidence of each state, and the days before it. */
export async function readDays(
  ctx: ServerContext,
  actor: Actor,
  { pupilId, day }: { pupilId: string; day: string | null },
): Promise<PupilDays> {
  const granted = await authorize(ctx.db, actor, readPupilDays, { personId: pupilId });
  const now = ctx.now();
  const { day: today, schoolId, timeZone } = await todayOf(ctx.db, pupilId, now);
  await ensureDayOpen(ctx.db, { schoolId, day: today, now });
  const { pupilName } = await selectFamily(ctx.db, granted, pupilId);
  const asked = day ?? today;
  return {
    day: asked,
    today,
    now,
    timeZone,
    pupilName,
    lessons: await selectPupilDay(ctx.db, granted, { pupilId, day: asked }),
    recent: await selectRecentDays(ctx.db, granted, { pupilId, day: today }),
  };
}

/** A guardian's children today. */
export async function readChildren(
  ctx: ServerContext,
  actor: Actor,
): Promise<{ day: string; now: Date; timeZone: string; children: ChildDay[] }> {
  const granted = await authorize(ctx.db, actor, readOwnChildren, {});
  if (actor.kind !== 'person') throw new AppError(401, 'sign_in_required', 'Sign in first.');
  const now = ctx.now();
  const { day, timeZone } = await todayOf(ctx.db, actor.personId, now);
  return {
    day,
    now,
    timeZone,
    children: await selectChildren(ctx.db, granted, { guardianId: actor.personId, day }),
  };
}
