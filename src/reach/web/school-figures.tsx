import { useQuery } from '@tanstack/react-query';
import { api } from '../../platform/web/api.ts';
import { DataTable, type DataColumn } from '../../platform/web/console/data-table.tsx';
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
        <DataTable
          rows={figure.data.classes}
          columns={classColumns()}
          rowKey={({ className }) => className}
        />
      </section>
    </>
  );
}

function amount(value: number, tone = '') {
  return value === 0 ? <span className="zero">0</span> : <span className={`num ${tone}`}>{value}</span>;
}

function LessonTable({ figure }: { figure: Figure }) {
  const numbers = ['planned', 'taught', 'cancelled'] as const;
  return (
    <ul className="way-figures">
      {figure.lessons.map((row) => (
        <li key={row.mode}>
          <b>{wayWord(row.mode)}</b>
          {numbers.map((key) => (
            <span key={key}>
              <span className="muted">{t(`reach.figure.${key}`)}</span> {amount(row[key])}
            </span>
          ))}
        </li>
      ))}
    </ul>
  );
}

type ClassFigure = Figure['classes'][number];

const PHONE: Readonly<Record<string, 'figure' | 'absent' | undefined>> = {
  unreached: 'figure',
  excused: 'absent',
  pending: 'absent',
  reachedLate: 'absent',
};

function classColumns(): DataColumn<ClassFigure>[] {
  const numbers = ['expected', 'reached', 'unreached', 'excused', 'pending', 'reachedLate'] as const;
  return [
    { key: 'class', title: t('reach.figure.class'), text: ({ className }) => className },
    ...numbers.map((key): DataColumn<ClassFigure> => ({
      key,
      title: t(`reach.figure.${key}`),
      isNumber: true,
      onPhone: PHONE[key],
      text: (row) => row[key],
      render: (row) => amount(row[key], key === 'unreached' ? 'red' : ''),
    })),
  ];
}
