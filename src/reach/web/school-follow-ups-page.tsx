import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api } from '../../platform/web/api.ts';
import { DataTable, type DataColumn } from '../../platform/web/console/data-table.tsx';
import { useActing } from '../../platform/web/console/me.ts';
import { Lead, PageHead } from '../../platform/web/console/page-head.tsx';
import { Empty, ProblemNotice, SkeletonRows } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';
import { dayOf, whenWords } from './words.ts';
import './reach.css';

type School = Awaited<ReturnType<typeof askSchool>>;
type Row = School['open'][number];

function askSchool(schoolId: string) {
  return api.get('/api/schools/{schoolId}/follow-ups', { path: { schoolId } });
}

/** Every open follow-up of the school, and the pupils for whom nobody answers. */
export default function SchoolFollowUpsPage() {
  const { orgId } = useActing();
  const school = useQuery({
    queryKey: ['school-follow-ups', orgId],
    queryFn: () => askSchool(orgId),
    refetchInterval: 60_000,
  });
  if (school.isPending) return <SkeletonRows />;
  if (school.isError) return <ProblemNotice error={school.error} onRetry={school.refetch} />;
  const { open, gaps, now } = school.data;
  const overdue = open.filter((row) => row.dueAt < now).length;
  return (
    <>
      <PageHead title={t('reach.page.schoolFollowUps')} />
      {open.length > 0 && (
        <Lead>
          {t('reach.schoolFollowUps.lead', { count: open.length })}{' '}
          {overdue > 0 && (
            <span className="red">{t('reach.schoolFollowUps.overdue', { count: overdue })}</span>
          )}
        </Lead>
      )}
      {gaps.length > 0 && <Gaps gaps={gaps} />}
      {open.length === 0 && gaps.length === 0 && <Empty title={t('reach.schoolFollowUps.good')} isGood />}
      {open.length > 0 && (
        <section className="card">
          <DataTable
            rows={open}
            columns={caseColumns(school.data)}
            rowKey={({ followUpId }) => followUpId}
            find={t('reach.schoolFollowUps.find')}
            exportAs={t('reach.page.schoolFollowUps')}
            rowClass={(row) => (row.adultId === null || row.isEscalated ? 'row-alarm' : '')}
          />
        </section>
      )}
    </>
  );
}

function Gaps({ gaps }: { gaps: School['gaps'] }) {
  return (
    <section className="alarm" aria-live="polite">
      <b>{t('reach.schoolFollowUps.gaps', { count: gaps.length })}</b>
      <span>{t('reach.schoolFollowUps.gapsNext')}</span>
      <span>
        {gaps
          .slice(0, 30)
          .map((gap) => `${gap.className} ${gap.pupilName}`)
          .join('、')}
      </span>
    </section>
  );
}

function caseColumns(school: School): DataColumn<Row>[] {
  const today = dayOf(school.now, school.timeZone);
  const when = (instant: string) => whenWords(instant, school.timeZone, today);
  const last = ({ lastContact }: Row) =>
    lastContact &&
    t('reach.followUps.last', {
      time: when(lastContact.at),
      means: t(`reach.means.${lastContact.means}`),
      outcome: t(`reach.outcome.${lastContact.outcome}`),
    });
  return [
    {
      key: 'pupil',
      title: t('reach.schoolFollowUps.pupil'),
      text: ({ pupilName }) => pupilName,
      render: (row) => (
        <Link to={`/follow-ups/${row.followUpId}`} state={{ from: '/school-follow-ups' }}>
          {row.pupilName}
        </Link>
      ),
    },
    {
      key: 'class',
      title: t('reach.school.class'),
      isFilter: true,
      text: ({ className }) => className,
    },
    {
      key: 'adult',
      title: t('reach.schoolFollowUps.adult'),
      isFilter: true,
      text: ({ adultName }) => adultName,
      render: ({ adultName }) => adultName ?? <span className="red">{t('reach.followUps.noAdult')}</span>,
    },
    {
      key: 'due',
      title: t('reach.schoolFollowUps.due'),
      text: ({ dueAt }) => dueAt,
      render: ({ dueAt }) => <span className={`num ${dueAt < school.now ? 'red' : ''}`}>{when(dueAt)}</span>,
    },
    {
      key: 'days',
      onPhone: 'absent',
      title: t('reach.schoolFollowUps.days'),
      isNumber: true,
      text: ({ days }) => days.length,
    },
    {
      key: 'last',
      isLong: true,
      title: t('reach.schoolFollowUps.last'),
      text: (row) => last(row) || t('reach.followUps.notYet'),
      render: (row) => last(row) || <span className="amber">{t('reach.followUps.notYet')}</span>,
    },
  ];
}
