import { useQuery } from '@tanstack/react-query';
import { Input } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../../platform/web/api.ts';
import { DataTable, type DataColumn } from '../../platform/web/console/data-table.tsx';
import { Lead, PageHead } from '../../platform/web/console/page-head.tsx';
import { useActing } from '../../platform/web/console/me.ts';
import { Empty, ProblemNotice, SkeletonRows } from '../../platform/web/console/states.tsx';
import { NameReading } from '../../people/web/reading-edit.tsx';
import { t } from '../../platform/web/t.ts';

type ClassRow = Awaited<ReturnType<typeof askClasses>>['classes'][number];

function askClasses(orgId: string) {
  return api.get('/api/orgs/{orgId}/classes', { path: { orgId } });
}

/** All classes of the school: who answers for each, and where accounts are not claimed yet. */
export default function ClassesPage() {
  const { orgId, can } = useActing();
  const classes = useQuery({ queryKey: ['classes', orgId], queryFn: () => askClasses(orgId) });
  if (classes.isError) return <ProblemNotice error={classes.error} onRetry={classes.refetch} />;
  if (classes.isPending) return <SkeletonRows rows={10} />;
  const all = classes.data.classes;
  const without = all.filter(({ kind, carers }) => kind === 'homeroom' && carers.length === 0);
  return (
    <>
      <PageHead title={t('courses.classes.title')} when={t('courses.classes.count', { count: all.length })} />
      <Lead>
        {without.length > 0
          ? t('courses.classes.withoutCarer', {
              count: without.length,
              names: without.map(({ name }) => name).join('、'),
            })
          : t('courses.classes.allCared')}
      </Lead>
      {all.length === 0 ? (
        <Empty title={t('courses.classes.none')}>
          <p className="muted">{t('courses.classes.noneNext')}</p>
        </Empty>
      ) : (
        <DataTable
          rows={all}
          columns={columns()}
          rowKey={({ id }) => id}
          find={t('courses.classes.find')}
          exportAs={t('courses.classes.title')}
        >
          {can('courses.searchPeople') && (
            <PeopleSearch orgId={orgId} mayCorrect={can('people.correctReading')} />
          )}
        </DataTable>
      )}
    </>
  );
}

function columns(): DataColumn<ClassRow>[] {
  return [
    {
      key: 'name',
      title: t('courses.column.class'),
      text: ({ name }) => name,
      render: ({ id, name }) => <Link to={`/classes/${id}`}>{name}</Link>,
    },
    {
      key: 'kind',
      title: t('courses.column.kind'),
      onPhone: 'absent',
      isFilter: true,
      text: ({ kind, courseTitle }) =>
        kind === 'homeroom'
          ? t('courses.kind.homeroom')
          : [t('courses.kind.scheduled'), courseTitle].filter(Boolean).join(' · '),
    },
    {
      key: 'carers',
      title: t('courses.column.carers'),
      text: ({ carers }) => carers.join('、') || null,
      render: ({ kind, carers }) =>
        carers.length === 0 && kind === 'homeroom' ? (
          <span className="red">{t('courses.noCarer')}</span>
        ) : (
          carers.join('、') || '—'
        ),
    },
    { key: 'pupils', title: t('courses.column.pupils'), isNumber: true, text: ({ pupils }) => pupils },
    {
      key: 'unclaimed',
      title: t('courses.column.unclaimed'),
      isNumber: true,
      text: ({ unclaimed }) => unclaimed,
      render: ({ unclaimed }) => (unclaimed === 0 ? <span className="zero">0</span> : unclaimed),
    },
  ];
}

/** Finds a person of the school by name, number or initials while one types. */
function PeopleSearch({ orgId, mayCorrect }: { orgId: string; mayCorrect: boolean }) {
  const [text, setText] = useState('');
  const found = useQuery({
    queryKey: ['people', orgId, text],
    queryFn: () => api.get('/api/orgs/{orgId}/people', { path: { orgId }, query: { text } }),
    enabled: text !== '',
  });
  return (
    <div className="search-people">
      <Input.Search
        enterButton={t('platform.table.find')}
        allowClear={{ clearIcon: <span aria-label={t('platform.table.clear')}>✕</span> }}
        placeholder={t('courses.people.find')}
        aria-label={t('courses.people.find')}
        onSearch={(value) => setText(value.trim())}
        style={{ maxWidth: 320 }}
      />
      {found.data && (
        <ul className="plain-list" aria-live="polite">
          {found.data.people.length === 0 && <li className="muted">{t('courses.people.none', { text })}</li>}
          {found.data.people.map((person) => (
            <li key={person.personId}>
              {person.classId ? <Link to={`/classes/${person.classId}`}>{person.name}</Link> : person.name}{' '}
              <NameReading person={person} mayCorrect={mayCorrect} />{' '}
              <span className="muted num">
                {person.number} ·{' '}
                {person.className ?? t(`courses.person.${person.kind as 'pupil' | 'staff' | 'guardian'}`)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
