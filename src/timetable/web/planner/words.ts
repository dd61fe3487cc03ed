import type { WordKey } from '../../../platform/i18n/catalogues.ts';
import { weekday } from '../../../platform/i18n/format.ts';
import { locale, t } from '../../../platform/web/t.ts';
import type { Plan, Slot } from '../../contract.ts';
import { classIdsOf, leadName, namesOf, type Place, type Verdict } from './model.ts';

/** `周三`; any Monday serves to count from. */
export function weekdayName(day: number): string {
  return weekday(`2024-01-0${day}`, locale(), 'short');
}

/** `周三 第4节`. */
export function placeName({ weekday: day, period }: Place): string {
  return `${weekdayName(day)} ${t('platform.period', { period })}`;
}

/** Word of a way of teaching; a mode this build does not know keeps its own name. */
export function modeName(mode: string): string {
  switch (mode) {
    case 'live':
    case 'recording':
    case 'external':
    case 'contacted':
      return t(`rooms.mode.${mode}`);
    default:
      return mode;
  }
}

/** `五（3）班 数学`. */
export function slotName(slot: Slot, plan: Plan): string {
  const names = namesOf(plan);
  const classes = classIdsOf(slot).map((id) => names.classes.get(id) ?? '');
  return `${classes.join('、')} ${names.courses.get(slot.courseId) ?? ''}`;
}

/** What a cell holds, for ears: `周三 第4节，数学，林佳禾，直播`. */
export function cellWords(place: Place, slot: Slot | null, plan: Plan): string {
  if (!slot) return `${placeName(place)}${t('timetable.comma')}${t('timetable.plan.emptyCell')}`;
  const names = namesOf(plan);
  return [
    placeName(place),
    names.courses.get(slot.courseId) ?? '',
    leadName(slot, names),
    modeName(slot.mode),
  ]
    .filter((part) => part !== '')
    .join(t('timetable.comma'));
}

/** What would come of dropping here, in one sentence. */
export function verdictWords(verdict: Verdict, to: Place, plan: Plan): string {
  const place = placeName(to);
  switch (verdict.kind) {
    case 'free':
      return t('timetable.plan.verdict.free', { place });
    case 'swap':
      return t('timetable.plan.verdict.swap', { place, other: slotName(verdict.other, plan) });
    case 'noBell':
      return t('timetable.plan.verdict.noBell', { place });
    case 'busy': {
      const names = namesOf(plan);
      const who =
        verdict.resource === 'teacher'
          ? names.teachers.get(verdict.id)
          : verdict.resource === 'class'
            ? names.classes.get(verdict.id)
            : names.classrooms.get(verdict.id);
      return t('timetable.plan.verdict.busy', {
        place,
        who: who ?? '',
        other: slotName(verdict.other, plan),
      });
    }
  }
}

export const FIELD_WORDS: Readonly<Record<string, WordKey>> = {
  course: 'timetable.plan.field.course',
  classes: 'timetable.plan.field.classes',
  staff: 'timetable.plan.field.staff',
  mode: 'timetable.plan.field.mode',
  classroom: 'timetable.plan.field.classroom',
};
