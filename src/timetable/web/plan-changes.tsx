/** @jsxImportSource preact */
import type { WordKey } from '../../platform/i18n/catalogues.ts';
import { dayAndWeekday, timeOfDay } from '../../platform/i18n/format.ts';
import { locale, t } from '../../platform/web/t.ts';
import type { PlanChange, Today } from '../today-contract.ts';

type Side = NonNullable<PlanChange['before']>;

/** What became different today and tomorrow, newest first; absent when nothing did. */
export function PlanChanges({ today }: { today: Today }) {
  if (today.changes.length === 0) return null;
  return (
    <section aria-labelledby="changes">
      <div class="sec">
        <h2 id="changes">{t('timetable.today.changes')}</h2>
      </div>
      <ul class="card list changes">
        {today.changes.map((change) => (
          <li key={change.changeId}>
            <span class="tile">
              <i class="i i-clock" aria-hidden="true" />
            </span>
            <span>
              <b>{changeLine(change, today)}</b>
              {change.reason && (
                <>
                  <br />
                  <span class="small muted">{change.reason}</span>
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function changeLine({ kind, courseTitle, before, after }: PlanChange, today: Today): string {
  return t(`timetable.today.change.${kind}`, {
    course: courseTitle,
    from: before ? whenOf(before, today) : '',
    to: after ? whenOf(after, today) : '',
    lead: after?.leadName ?? '',
    mode: after ? t(`rooms.mode.${after.mode}` as WordKey) : '',
  });
}

/** The day only when it is not today. */
function whenOf({ day, startsAt }: Side, today: Today): string {
  const time = timeOfDay(startsAt, today.timeZone);
  return day === today.day ? time : `${dayAndWeekday(day, locale(), Number(today.day.slice(0, 4)))} ${time}`;
}
