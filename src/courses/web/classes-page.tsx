import { useQuery } from '@tanstack/react-query';
import { Input, Table } from 'antd';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { api } from '../../platform/web/api.ts';
import { Lead, PageHead } from '../../platform/web/console/page-head.tsx';
import { useActing } from '../../platform/web/console/me.ts';
import { Empty, ProblemNotice, SkeletonRows } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';

type ClassRow = Awaited<ReturnType<typeof askClasses>>['classes'][number];

function askClasses(orgId: string) {
  return api.get('/api/orgs/{orgId}/classes', { path: { orgId } });
}

/** All classes of the school: who answers for each, and where accounts are not claimed yet. */
export default function ClassesPage() {
  const { orgId, can } = useActing();
  const [search, setSearch] = useSearchParams();
  const classes = useQuery({ queryKey: ['classes', orgId], queryFn: () => askClasses(orgId) });
  const filter = search.get('find') ?? '';
  if (classes.isError) return <ProblemNotice error={classes.error} onRetry={classes.refetch} />;
  if (classes.isPending) return <SkeletonRows rows={10} />;
  const all = classes.data.classes;
  const without = all.filter(({ kind, carers }) => kind === 'homeroom' && carers.length === 0);
  const shown = all.filter(
    ({ name, carers }) => name.includes(filter) || carers.some((carer) => carer.includes(filter)),
  );
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
      <div className="toolbar">
        <Input.Search
          allowClear
          defaultValue={filter}
          placeholder={t('courses.classes.find')}
          aria-label={t('courses.classes.find')}
          onSearch={(text) => setSearch(text ? { find: text } : {})}
          style={{ maxWidth: 280 }}
        />
        {can('courses.searchPeople') && <PeopleSearch orgId={orgId} />}
      </div>
      {all.length === 0 ? (
        <Empty title={t('courses.classes.none')}>
          <p className="muted">{t('courses.classes.noneNext')}</p>
        </Empty>
      ) : (
        <ClassTable rows={shown} />
      )}
    </>
  );
}

function ClassTable({ rows }: { rows: readonly ClassRow[] }) {
  return (
    <Table<ClassRow>
      rowKey="id"
      size="small"
      dataSource={[...rows]}
      pagination={rows.length > 50 ? { pageSize: 50 } : false}
      scroll={{ x: 'max-content' }}
      columns={[
        {
          title: t('courses.column.class'),
          dataIndex: 'name',
          render: (name: string, row) => <Link to={`/classes/${row.id}`}>{name}</Link>,
        },
        {
          title: t('courses.column.kind'),
          dataIndex: 'kind',
          responsive: ['md'],
          render: (kind: string, row) =>
            kind === 'homeroom'
              ? t('courses.kind.homeroom')
              : `${t('courses.kind.scheduled')} · ${row.courseTitle ?? ''}`,
          filters: [
            { text: t('courses.kind.homeroom'), value: 'homeroom' },
            { text: t('courses.kind.scheduled'), value: 'scheduled' },
          ],
          onFilter: (value, row) => row.kind === value,
        },
        {
          title: t('courses.column.carers'),
          dataIndex: 'carers',
          render: (carers: string[], row) =>
            carers.length > 0 ? (
              carers.join('、')
            ) : row.kind === 'homeroom' ? (
              <span className="red">{t('courses.noCarer')}</span>
            ) : (
              '—'
            ),
        },
        {
          title: t('courses.column.pupils'),
          dataIndex: 'pupils',
          align: 'right',
          sorter: (a, b) => a.pupils - b.pupils,
        },
        {
          title: t('courses.column.unclaimed'),
          dataIndex: 'unclaimed',
          responsive: ['md'],
          align: 'right',
          sorter: (a, b) => a.unclaimed - b.unclaimed,
          render: (count: number) => (count === 0 ? <span className="muted">0</span> : count),
        },
      ]}
    />
  );
}

/** Finds a person of the school by name, number or initials while one types. */
function PeopleSearch({ orgId }: { orgId: string }) {
  const [text, setText] = useState('');
  const found = useQuery({
    queryKey: ['people', orgId, text],
    queryFn: () => api.get('/api/orgs/{orgId}/people', { path: { orgId }, query: { text } }),
    enabled: text !== '',
  });
  return (
    <div className="search-people">
      <Input.Search
        allowClear
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
