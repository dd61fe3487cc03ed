/** @jsxImportSource preact */
import { t } from '../../platform/web/t.ts';
import type { Today } from '../today-contract.ts';
import { changeLine } from './change-line.ts';

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
