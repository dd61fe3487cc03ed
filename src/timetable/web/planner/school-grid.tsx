import { t } from '../../../platform/web/t.ts';
import type { Plan } from '../../contract.ts';
import { classIdsOf, courseMark, namesOf, periodsOf, slotsAt, weekdaysOf } from './model.ts';
import { useGrid } from './use-grid.ts';
import { cellClass, type GridProps } from './week-grid.tsx';
import { cellWords, weekdayName } from './words.ts';

export interface SchoolGridProps extends Omit<GridProps, 'view'> {
  readonly yearGroup: string | null;
  readonly onClass: (classId: string) => void;
}

/** Classes that have anything to plan: homerooms always, teaching classes once they have lessons. */
export function shownClasses(plan: Plan, yearGroup: string | null): Plan['classes'] {
  const taught = new Set(plan.slots.flatMap(classIdsOf));
  return plan.classes.filter(
    ({ id, kind, yearGroup: group }) =>
      (kind === 'homeroom' || taught.has(id)) && (yearGroup === null || group === yearGroup),
  );
}

/** The whole school's week on one screen: classes down, days and periods across, one character a cell. */
export function SchoolGrid({ plan, lifted, chosen, events, yearGroup, onClass }: SchoolGridProps) {
  const days = weekdaysOf(plan);
  const periods = periodsOf(plan, null);
  const classes = shownClasses(plan, yearGroup);
  const names = namesOf(plan);
  const columns = days.flatMap(({ weekday }) => periods.map(({ period }) => ({ weekday, period })));
  const cellProps = useGrid({ rows: classes.length, columns: columns.length }, lifted, events);
  return (
    <div className="plan-scroll">
      {/* A grid of cells to move in is what ARIA's grid pattern puts on a table. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-to-interactive-role */}
      <table className="school-grid" role="grid" aria-label={t('timetable.plan.grid')}>
        <thead>
          <tr>
            <th rowSpan={2} scope="col">
              {t('timetable.plan.class')}
            </th>
            {days.map(({ weekday, day }) => (
              <th key={weekday} colSpan={periods.length} scope="colgroup" className="day">
                {weekdayName(weekday)}{' '}
                <span className="muted num">
                  {day
                    ? t('timetable.plan.dayOfMonth', { day: Number(day.slice(8)) })
                    : t('timetable.plan.dayOff')}
                </span>
              </th>
            ))}
          </tr>
          <tr>
            {columns.map(({ weekday, period }) => (
              <th
                key={`${weekday} ${period}`}
                scope="col"
                className={period === periods[0]?.period ? 'first' : ''}
              >
                <span className="num muted">{period}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {classes.map(({ id, name }, row) => {
            const ofClass = plan.slots.filter((slot) => classIdsOf(slot).includes(id));
            const isRowOfLifted = lifted !== null && classIdsOf(lifted).includes(id);
            return (
              <tr key={id} className={isRowOfLifted ? 'of-lifted' : ''}>
                <th scope="row">
                  <button type="button" className="plain" onClick={() => onClass(id)}>
                    {name}
                  </button>
                </th>
                {columns.map((place, column) => {
                  const [slot = null] = slotsAt(ofClass, place);
                  const cell = { row, column, place, classId: id, slot };
                  const first = place.period === periods[0]?.period ? ' first' : '';
                  return (
                    <td
                      key={`${place.weekday} ${place.period}`}
                      {...cellProps(cell)}
                      className={cellClass({ plan, lifted, chosen }, slot, place, isRowOfLifted) + first}
                      aria-label={`${name}${t('timetable.comma')}${cellWords(place, slot, plan)}`}
                      aria-selected={slot !== null && slot.itemId === chosen?.itemId}
                    >
                      {slot ? courseMark(names.courses.get(slot.courseId) ?? '') : ''}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
