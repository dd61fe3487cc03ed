import { Button } from 'antd';
import { useState } from 'react';
import { t } from '../../../platform/web/t.ts';
import { weekday } from '../../../platform/i18n/format.ts';
import { locale } from '../../../platform/web/t.ts';
import type { Plan } from '../../contract.ts';
import { namesOf } from './model.ts';
import { FIELD_WORDS } from './words.ts';

const FIRST_LINES = 5;

/** What publishing would change against what people see now, and whom it touches. */
export function ComparePanel({ plan }: { plan: Plan }) {
  const [isAll, setAll] = useState(false);
  const { changes, published, touched } = plan;
  const held = plan.unplaced.filter(({ reason }) => reason === 'held').length;
  const unplaced = plan.unplaced.length - held;
  const shown = isAll ? changes : changes.slice(0, FIRST_LINES);
  return (
    <section className="card" aria-labelledby="compare">
      <header>
        <h2 id="compare">{t('timetable.plan.compare')}</h2>
        <span className="muted small">
          {published
            ? t('timetable.plan.version', { version: published.version })
            : t('timetable.plan.unpublished')}
        </span>
      </header>
      <div className="pad">
        {changes.length === 0 ? (
          <p className="muted">
            {published ? t('timetable.plan.noChanges') : t('timetable.plan.nothingToPublish')}
          </p>
        ) : (
          <>
            <ul className="change-lines">
              {shown.map((change, index) => (
                <ChangeLine key={index} change={change} plan={plan} />
              ))}
            </ul>
            {changes.length > FIRST_LINES && (
              <Button type="link" size="small" onClick={() => setAll(!isAll)}>
                {isAll
                  ? t('timetable.plan.fewer')
                  : t('timetable.plan.more', { count: changes.length - FIRST_LINES })}
              </Button>
            )}
            <p className="muted small">
              {t('timetable.plan.touched', {
                classes: touched.classes,
                teachers: touched.teachers,
                families: touched.families,
              })}
            </p>
          </>
        )}
        {plan.tooLate > 0 && (
          <p className="amber small">{t('timetable.plan.tooLate', { count: plan.tooLate })}</p>
        )}
        {unplaced > 0 && <p className="amber small">{t('timetable.plan.unplaced', { count: unplaced })}</p>}
        {held > 0 && <p className="amber small">{t('timetable.plan.held', { count: held })}</p>}
      </div>
    </section>
  );
}

function ChangeLine({ change, plan }: { change: Plan['changes'][number]; plan: Plan }) {
  const names = namesOf(plan);
  const what = `${change.classIds.map((id) => names.classes.get(id) ?? '').join('、')} ${names.courses.get(change.courseId) ?? ''}`;
  const side = (place: { day: string; period: number | null }): string =>
    `${weekday(place.day, locale(), 'short')}${place.period ?? ''}`;
  const where =
    change.from && change.to && change.kind === 'moved'
      ? `${side(change.from)} → ${side(change.to)}`
      : side(change.to ?? change.from ?? { day: plan.today, period: null });
  const fields = change.fields.flatMap((field) => {
    const key = FIELD_WORDS[field];
    return key ? [t(key)] : [];
  });
  return (
    <li>
      <span className="muted">{t(`timetable.plan.change.${change.kind}`)}</span>
      <span>{what}</span>
      <span className="num">{change.kind === 'changed' ? `${where} ${fields.join('、')}` : where}</span>
    </li>
  );
}
