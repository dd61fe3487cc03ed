import { clockTime } from '../../../platform/i18n/format.ts';
import { t } from '../../../platform/web/t.ts';
import type { Plan, Slot } from '../../contract.ts';
import {
  classIdsOf,
  isOf,
  leadName,
  namesOf,
  periodsOf,
  slotsAt,
  verdictFor,
  weekdaysOf,
  type Place,
  type View,
} from './model.ts';
import { useGrid, type GridEvents } from './use-grid.ts';
import { cellWords, modeName, placeName, weekdayName } from './words.ts';

export interface GridProps {
  readonly plan: Plan;
  readonly view: View;
  readonly lifted: Slot | null;
  readonly chosen: Slot | null;
  readonly events: GridEvents;
}

/** Class names of a cell for its look and its marks. */
export function cellClass(
  { plan, lifted, chosen }: Pick<GridProps, 'plan' | 'lifted' | 'chosen'>,
  slot: Slot | null,
  place: Place,
  isRowOfLifted: boolean,
): string {
  const parts = ['slot'];
  if (slot) parts.push(`mode-${slot.mode}`);
  else parts.push('none');
  if (slot && slot.itemId === chosen?.itemId) parts.push('chosen');
  if (slot && slot.itemId === lifted?.itemId) parts.push('lifted');
  if (slot && plan.clashes.some(({ first, second }) => first === slot.itemId || second === slot.itemId)) {
    parts.push('clash');
  }
  if (lifted && isRowOfLifted && slot?.itemId !== lifted.itemId) {
    parts.push(`to-${verdictFor(plan, lifted, place).kind}`);
  }
  return parts.join(' ');
}

/** One class or one teacher: periods down, weekdays across. */
export function WeekGrid({ plan, view, lifted, chosen, events }: GridProps) {
  const days = weekdaysOf(plan);
  const classId = view.kind === 'class' ? view.id : null;
  const periods = periodsOf(plan, classId);
  const slots = plan.slots.filter((slot) => isOf(slot, view));
  const names = namesOf(plan);
  const cellProps = useGrid({ rows: periods.length, columns: days.length }, lifted, events);
  return (
    <div className="plan-scroll">
      {/* A grid of cells to move in is what ARIA's grid pattern puts on a table. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-to-interactive-role */}
      <table className="week-grid" role="grid" aria-label={t('timetable.plan.grid')}>
        <thead>
          <tr>
            <th scope="col">{t('timetable.plan.periods')}</th>
            {days.map(({ weekday, day }) => (
              <th key={weekday} scope="col">
                {weekdayName(weekday)}{' '}
                <span className="muted num">
                  {day
                    ? t('timetable.plan.dayOfMonth', { day: Number(day.slice(8)) })
                    : t('timetable.plan.dayOff')}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {periods.map(({ period, startsAt, endsAt }, row) => (
            <tr key={period}>
              <th scope="row">
                {t('platform.period', { period })}
                <br />
                <span className="muted num small">{`${clockTime(startsAt)}—${clockTime(endsAt)}`}</span>
              </th>
              {days.map(({ weekday }, column) => {
                const place = { weekday, period };
                const [slot = null, ...more] = slotsAt(slots, place);
                const cell = { row, column, place, classId, slot };
                return (
                  <td
                    key={weekday}
                    {...cellProps(cell)}
                    className={cellClass({ plan, lifted, chosen }, slot, place, true)}
                    aria-selected={slot !== null && slot.itemId === chosen?.itemId}
                  >
                    {/* The name of a cell is what it shows, after where it is. */}
                    <span className="vh">
                      {slot ? `${placeName(place)}${t('timetable.comma')}` : cellWords(place, null, plan)}
                    </span>
                    {slot && (
                      <>
                        <b>{names.courses.get(slot.courseId)}</b>{' '}
                        <span className="mode-word">{modeName(slot.mode)}</span>
                        <br />
                        <span className="small">
                          {view.kind === 'teacher'
                            ? classIdsOf(slot)
                                .map((id) => names.classes.get(id))
                                .join('、')
                            : leadName(slot, names) || (
                                <i className="amber">{t('timetable.plan.noTeacher')}</i>
                              )}
                        </span>
                        {more.length > 0 && <span className="small red"> +{more.length}</span>}
                      </>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
