import { useQuery } from '@tanstack/react-query';
import { Table } from 'antd';
import { api } from '../../platform/web/api.ts';
import { ProblemNotice, SkeletonRows } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';
import { wayWord } from './words.ts';

type Figure = Awaited<ReturnType<typeof askFigure>>;

function askFigure(schoolId: string) {
  return api.get('/api/schools/{schoolId}/daily-figure', { path: { schoolId }, query: {} });
}

/** A school's day in figures: lessons by way, pupils by class. Counts, no names of people. */
export function SchoolFigures({ schoolId }: { schoolId: string }) {
  const figure = useQuery({
    queryKey: ['daily-figure', schoolId],
    queryFn: () => askFigure(schoolId),
    refetchInterval: 60_000,
  });
  if (figure.isPending) return <SkeletonRows />;
  if (figure.isError) return <ProblemNotice error={figure.error} onRetry={figure.refetch} />;
  return (
    <>
      <section className="card">
        <header>
          <h2>{t('reach.unit.lessonRows')}</h2>
        </header>
        <LessonTable figure={figure.data} />
      </section>
      <section className="card">
        <header>
          <h2>{t('reach.unit.classRows')}</h2>
          <span className="muted">{t('reach.unit.noNames')}</span>
        </header>
        <ClassTable figure={figure.data} />
      </section>
    </>
  );
}

function amount(value: number, tone = '') {
  return value === 0 ? <span className="zero">0</span> : <span className={`num ${tone}`}>{value}</span>;
}

function LessonTable({ figure }: { figure: Figure }) {
  return (
    <Table
      rowKey="mode"
      size="small"
      dataSource={figure.lessons}
      pagination={false}
      columns={[
        { title: t('reach.school.mode'), dataIndex: 'mode', render: (mode: string) => wayWord(mode) },
        { title: t('reach.figure.planned'), dataIndex: 'planned', align: 'right' as const },
        { title: t('reach.figure.taught'), dataIndex: 'taught', align: 'right' as const },
        {
          title: t('reach.figure.cancelled'),
          dataIndex: 'cancelled',
          align: 'right' as const,
          render: (n: number) => amount(n),
        },
      ]}
    />
  );
}

function ClassTable({ figure }: { figure: Figure }) {
  return (
    <Table
      rowKey="className"
      size="small"
      dataSource={figure.classes}
      pagination={false}
      scroll={{ x: 'max-content' }}
      columns={[
        { title: t('reach.figure.class'), dataIndex: 'className' },
        { title: t('reach.figure.expected'), dataIndex: 'expected', align: 'right' as const },
        {
          title: t('reach.figure.reached'),
          dataIndex: 'reached',
          align: 'right' as const,
          render: (n: number) => amount(n),
        },
        {
          title: t('reach.figure.unreached'),
          dataIndex: 'unreached',
          align: 'right' as const,
          render: (n: number) => amount(n, 'red'),
        },
        {
          title: t('reach.figure.excused'),
          dataIndex: 'excused',
          align: 'right' as const,
          render: (n: number) => amount(n),
        },
        {
          title: t('reach.figure.pending'),
          dataIndex: 'pending',
          align: 'right' as const,
          render: (n: number) => amount(n),
        },
        {
          title: t('reach.figure.reachedLate'),
          dataIndex: 'reachedLate',
          align: 'right' as const,
          render: (n: number) => amount(n),
        },
      ]}
    />
  );
}
