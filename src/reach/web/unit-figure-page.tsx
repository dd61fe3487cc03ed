import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { count, dayAndWeekday, timeOfDay } from '../../platform/i18n/format.ts';
import { api } from '../../platform/web/api.ts';
import { useActing } from '../../platform/web/console/me.ts';
import { PageHead } from '../../platform/web/console/page-head.tsx';
import { ProblemNotice, SkeletonRows } from '../../platform/web/console/states.tsx';
import { locale, t } from '../../platform/web/t.ts';
import { reportedMeasures, type Difference } from '../rules/unit-figure.ts';
import { dayOf, wayWord } from './words.ts';
import './reach.css';

type Figure = Awaited<ReturnType<typeof askFigure>>;

function askFigure(orgId: string, day: string | undefined) {
  return api.get('/api/orgs/{orgId}/daily-figure', { path: { orgId }, query: day ? { day } : {} });
}

/** A unit's report of a day: every number with what it means, who has not reported, and what was corrected. */
export default function UnitFigurePage() {
  const { orgId, appointmentId } = useActing();
  const [search, setSearch] = useSearchParams();
  const day = search.get('day') ?? undefined;
  const figure = useQuery({
    queryKey: ['unit-figure', orgId, day],
    queryFn: () => askFigure(orgId, day),
    refetchInterval: 60_000,
  });
  if (figure.isPending) return <SkeletonRows />;
  if (figure.isError && !figure.data) return <ProblemNotice error={figure.error} onRetry={figure.refetch} />;
  const { data } = figure;
  return (
    <>
      <PageHead
        title={t('reach.report.title', {
          unit: data.unit.name,
          day: dayAndWeekday(data.day, locale(), Number(data.day.slice(0, 4))),
        })}
      >
        <Input
          type="date"
          aria-label={t('reach.report.day')}
          value={data.day}
          max={dayOf(data.now, data.timeZone)}
          onChange={({ target }) => target.value && setSearch({ day: target.value }, { replace: true })}
          style={{ width: '10rem' }}
        />
        <a
          className="act"
          href={`/api/orgs/${orgId}/daily-figure.xlsx?as=${appointmentId}&day=${data.day}`}
          download
        >
          {t('reach.report.download')}
        </a>
      </PageHead>
      {figure.isError && <ProblemNotice error={figure.error} onRetry={figure.refetch} />}
      <UnitFigureView figure={data}>
        <IssueAct figure={data} />
      </UnitFigureView>
    </>
  );
}

export function UnitFigureView({ figure, children }: { figure: Figure; children?: React.ReactNode }) {
  const last = figure.issues.at(-1);
  return (
    <>
      <section className="card board-lead" aria-live="polite">
        <p className="lead">
          {last
            ? t('reach.report.issued', { issue: last.issue, time: timeOfDay(last.cutOff, figure.timeZone) })
            : t('reach.report.before', { time: figure.reportTime })}
        </p>
        {last && (
          <span className="muted">
            {figure.since.length > 0
              ? t('reach.report.since', { count: figure.since.length })
              : t('reach.report.same')}
          </span>
        )}
      </section>
      <div className="side reported">
        {children}
        <Measures figure={figure} />
        <Silent figure={figure} />
        <Corrections figure={figure} />
      </div>
    </>
  );
}

/** A correction is asked for twice, because it is reported upward. */
function IssueAct({ figure }: { figure: Figure }) {
  const { message } = App.useApp();
  const [asking, setAsking] = useState(false);
  const queries = useQueryClient();
  const issue = useMutation({
    mutationFn: () =>
      api.post('/api/orgs/{orgId}/daily-figure/issues', {
        path: { orgId: figure.unit.orgId },
        body: { day: figure.day },
      }),
    onSuccess: async (now) => {
      setAsking(false);
      void message.success(
        t('reach.report.issued', { issue: now.issues.length, time: timeOfDay(now.cutOff, now.timeZone) }),
      );
      await queries.invalidateQueries({ queryKey: ['unit-figure'] });
    },
  });
  if (figure.issues.length === 0 || figure.since.length === 0) return null;
  return (
    <section className="card" aria-labelledby="since">
      <header>
        <h2 id="since">{t('reach.report.since', { count: figure.since.length })}</h2>
      </header>
      <div>
        <DifferenceList figure={figure} differences={figure.since} />
        {issue.isError && <ProblemNotice error={issue.error} />}
        {asking ? (
          <p>
            {t('reach.report.confirm')}{' '}
            <Button type="primary" loading={issue.isPending} onClick={() => issue.mutate()}>
              {t('reach.report.confirmYes')}
            </Button>{' '}
            <Button onClick={() => setAsking(false)}>{t('reach.report.cancel')}</Button>
          </p>
        ) : (
          <Button onClick={() => setAsking(true)}>{t('reach.report.issue')}</Button>
        )}
      </div>
    </section>
  );
}

function Measures({ figure }: { figure: Figure }) {
  const { measures, ways } = figure.figures;
  return (
    <section className="card report">
      <table>
        <thead>
          <tr>
            <th scope="col">{t('reach.report.figure')}</th>
            <th scope="col" className="num">
              {t('reach.report.count')}
            </th>
            <th scope="col">{t('reach.report.definitionHead')}</th>
            <th scope="col">{t('reach.report.sourceHead')}</th>
          </tr>
        </thead>
        <tbody>
          {reportedMeasures.map((measure) => (
            <tr key={measure}>
              <th scope="row">
                {t(`reach.measure.${measure}`)}
                {measure === 'reached' && ways.length > 0 && (
                  <span className="muted small report-ways">
                    {ways
                      .map(({ way, count: pupils }) => `${wayWord(way)} ${count(pupils, locale())}`)
                      .join(' · ')}
                  </span>
                )}
              </th>
              <td className={`num ${measure === 'unreached' && measures[measure] > 0 ? 'red' : ''}`}>
                {count(measures[measure], locale())}
              </td>
              <td className="muted small">{t(`reach.definition.${measure}`)}</td>
              <td className="muted small">{t(`reach.source.${measure}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="muted small report-note">
        {t('reach.report.unitHead')}: {figure.unit.name} · {t('reach.report.cutOffHead')}:{' '}
        <span className="num">{timeOfDay(figure.cutOff, figure.timeZone)}</span>
      </p>
    </section>
  );
}

function Silent({ figure }: { figure: Figure }) {
  const { silent } = figure.figures;
  return (
    <section className="card" aria-labelledby="silent">
      <header>
        <h2 id="silent">{t('reach.report.silentTitle')}</h2>
      </header>
      <div>
        {silent.length === 0 ? (
          <p className="muted">{t('reach.report.silentNone')}</p>
        ) : (
          <ul className="plain-list">
            {silent.map(({ schoolId, name, data }) => (
              <li key={schoolId}>
                <b>{name}</b>{' '}
                <span className="muted small">
                  {t(data === 'noPlan' ? 'reach.unit.noPlan' : 'reach.unit.silent')}
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

function Corrections({ figure }: { figure: Figure }) {
  const corrected = figure.issues.filter(({ differences }) => differences.length > 0).toReversed();
  return (
    <section className="card" aria-labelledby="corrections">
      <header>
        <h2 id="corrections">{t('reach.report.correctionsTitle')}</h2>
      </header>
      {corrected.length === 0 && (
        <div>
          <p className="muted">{t('reach.report.correctionsNone')}</p>
        </div>
      )}
      {corrected.map((issue) => (
        <div key={issue.issue}>
          <h3>
            {t('reach.report.issued', { issue: issue.issue, time: timeOfDay(issue.cutOff, figure.timeZone) })}
          </h3>
          <p className="muted small">
            {t('reach.report.by')}: {issue.issuedByName ?? t('reach.report.byItself')}
          </p>
          <DifferenceList figure={figure} differences={issue.differences} />
        </div>
      ))}
    </section>
  );
}

/** Those of the whole unit; how many units below differ is only counted here, the workbook names them. */
function DifferenceList({ figure, differences }: { figure: Figure; differences: readonly Difference[] }) {
  const own = differences.filter(({ unitName }) => unitName === null);
  const below = new Set(differences.flatMap(({ unitName }) => unitName ?? [])).size;
  return (
    <ul className="plain-list">
      {own.map(({ measure, from, to }) => {
        const known = reportedMeasures.find((one) => one === measure);
        return (
          <li key={measure}>
            {known ? t(`reach.measure.${known}`) : measure}{' '}
            <span className="num">
              {count(from, locale())} → {count(to, locale())}
            </span>
          </li>
        );
      })}
      {below > 0 && (
        <li className="muted">{t('reach.report.below', { count: below, unit: figure.unit.name })}</li>
      )}
    </ul>
  );
}
