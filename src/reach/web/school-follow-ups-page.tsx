import { useQuery } from '@tanstack/react-query';
import { Table } from 'antd';
import { Link } from 'react-router';
import { api } from '../../platform/web/api.ts';
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
      {open.length > 0 && <Lead>{t('reach.schoolFollowUps.lead', { count: open.length, overdue })}</Lead>}
      {gaps.length > 0 && <Gaps gaps={gaps} />}
      {open.length === 0 && gaps.length === 0 && <Empty title={t('reach.schoolFollowUps.good')} isGood />}
      {open.length > 0 && (
        <section className="card">
          <CaseTable school={school.data} />
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

function CaseTable({ school }: { school: School }) {
  const today = dayOf(school.now, school.timeZone);
  return (
    <Table<Row>
      rowKey="followUpId"
      size="small"
      dataSource={school.open}
      pagination={school.open.length > 50 ? { pageSize: 50 } : false}
      scroll={{ x: 'max-content' }}
      rowClassName={(row) => (row.adultId === null || row.isEscalated ? 'row-alarm' : '')}
      columns={[
        {
          title: t('reach.schoolFollowUps.pupil'),
          dataIndex: 'pupilName',
          render: (name: string, row) => (
            <>
              <Link to={`/follow-ups/${row.followUpId}`}>{name}</Link>{' '}
              <span className="muted">{row.className}</span>
            </>
          ),
        },
        {
          title: t('reach.schoolFollowUps.adult'),
          dataIndex: 'adultName',
          render: (name: string | null) =>
            name ?? <span className="red">{t('reach.followUps.noAdult')}</span>,
        },
        {
          title: t('reach.schoolFollowUps.due'),
          dataIndex: 'dueAt',
          sorter: (a, b) => (a.dueAt < b.dueAt ? -1 : 1),
          render: (dueAt: string) => (
            <span className={`num ${dueAt < school.now ? 'red' : ''}`}>
              {whenWords(dueAt, school.timeZone, today)}
            </span>
          ),
        },
        {
          title: t('reach.schoolFollowUps.days'),
          dataIndex: 'days',
          align: 'right',
          render: (days: string[]) => days.length,
        },
        {
          title: t('reach.schoolFollowUps.last'),
          key: 'last',
          render: (_, row) =>
            row.lastContact ? (
              t('reach.followUps.last', {
                time: whenWords(row.lastContact.at, school.timeZone, today),
                means: t(`reach.means.${row.lastContact.means}`),
                outcome: t(`reach.outcome.${row.lastContact.outcome}`),
              })
            ) : (
              <span className="amber">{t('reach.followUps.notYet')}</span>
            ),
        },
      ]}
    />
  );
}
