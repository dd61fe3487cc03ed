import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Select, Table } from 'antd';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { api } from '../../platform/web/api.ts';
import { ApiProblem } from '../../platform/web/api-problem.ts';
import { useActing } from '../../platform/web/console/me.ts';
import { Lead, PageHead } from '../../platform/web/console/page-head.tsx';
import { ProblemNotice, SkeletonRows } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';

type Member = Awaited<ReturnType<typeof askMembers>>['members'][number];

function askMembers(classId: string) {
  return api.get('/api/classes/{classId}/members', { path: { classId } });
}

const carers = new Set(['classTeacher', 'counsellor', 'teacher', 'assistant']);

/** One class: its adults, its pupils and who answers for each. */
export default function ClassPage() {
  const { classId = '' } = useParams();
  const { can } = useActing();
  const members = useQuery({ queryKey: ['members', classId], queryFn: () => askMembers(classId) });
  if (members.isError) return <ProblemNotice error={members.error} onRetry={members.refetch} />;
  if (members.isPending) return <SkeletonRows rows={12} />;
  const pupils = members.data.members.filter(({ role }) => role === 'pupil');
  const staff = members.data.members.filter(({ role }) => carers.has(role));
  const gaps = pupils.filter(({ adultName }) => adultName === null);
  return (
    <>
      <PageHead title={members.data.name} when={t('courses.class.count', { count: pupils.length })}>
        {can('courses.issueClaimCards') && (
          <Link className="button-link" to={`/classes/${classId}/cards`}>
            {t('courses.class.printCards')}
          </Link>
        )}
      </PageHead>
      <Lead>
        {gaps.length > 0 ? t('courses.class.gaps', { count: gaps.length }) : t('courses.class.noGaps')}
      </Lead>
      <p>
        {staff.map(({ personId, name, role }) => (
          <span key={personId} className="person-chip">
            {name}{' '}
            <span className="muted">
              {t(`courses.role.${role as 'classTeacher' | 'counsellor' | 'teacher' | 'assistant'}`)}
            </span>
          </span>
        ))}
      </p>
      {can('courses.assignCare') && <CareDuty classId={classId} orgId={members.data.schoolId} />}
      <PupilTable rows={pupils} />
    </>
  );
}

function PupilTable({ rows }: { rows: readonly Member[] }) {
  return (
    <Table<Member>
      rowKey="personId"
      size="small"
      dataSource={[...rows]}
      pagination={false}
      scroll={{ x: 'max-content' }}
      columns={[
        {
          title: t('courses.column.number'),
          dataIndex: 'number',
          sorter: (a, b) => a.number.localeCompare(b.number),
        },
        { title: t('courses.column.name'), dataIndex: 'name' },
        {
          title: t('courses.column.adult'),
          dataIndex: 'adultName',
          render: (name: string | null, row) =>
            name === null ? (
              <span className="red">{t('courses.nobody')}</span>
            ) : (
              <>
                {name}{' '}
                <span className="muted">
                  {t(
                    `courses.via.${(row.adultVia ?? 'classTeacher') as 'careDuty' | 'classTeacher' | 'counsellor' | 'schoolDeputy'}`,
                  )}
                </span>
              </>
            ),
        },
        { title: t('courses.column.guardians'), dataIndex: 'guardians', align: 'right' },
        {
          title: t('courses.column.account'),
          dataIndex: 'accountStatus',
          render: (status: string | null) =>
            t(`courses.account.${(status ?? 'none') as 'active' | 'unclaimed' | 'disabled' | 'none'}`),
        },
        { title: t('courses.column.loginName'), dataIndex: 'loginName', responsive: ['md'] },
      ]}
    />
  );
}

/** Lets a leader name another adult for the whole class, with a deputy, and take it back. */
function CareDuty({ classId, orgId }: { classId: string; orgId: string }) {
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const [adultId, setAdultId] = useState<string | null>(null);
  const [deputyId, setDeputyId] = useState<string | null>(null);
  const save = useMutation({
    mutationFn: (body: { adultId: string | null; deputyId: string | null }) =>
      api.put('/api/classes/{classId}/care-duty', { path: { classId }, body }),
    onSuccess: async () => {
      setOpen(false);
      await queries.invalidateQueries({ queryKey: ['members', classId] });
      void message.success(t('courses.care.saved'));
    },
    onError: (error) =>
      void message.error(error instanceof ApiProblem ? error.message : t('platform.problem.network')),
  });
  if (!isOpen) {
    return (
      <p className="toolbar">
        <Button size="small" onClick={() => setOpen(true)}>
          {t('courses.care.change')}
        </Button>
      </p>
    );
  }
  return (
    <section className="card pad" aria-label={t('courses.care.change')}>
      <p className="muted">{t('courses.care.why')}</p>
      <div className="toolbar">
        <StaffSelect orgId={orgId} label={t('courses.care.adult')} value={adultId} onChange={setAdultId} />
        <StaffSelect orgId={orgId} label={t('courses.care.deputy')} value={deputyId} onChange={setDeputyId} />
        <Button
          type="primary"
          disabled={!adultId}
          loading={save.isPending}
          onClick={() => save.mutate({ adultId, deputyId })}
        >
          {t('courses.care.save')}
        </Button>
        <Button disabled={save.isPending} onClick={() => save.mutate({ adultId: null, deputyId: null })}>
          {t('courses.care.back')}
        </Button>
        <Button type="text" onClick={() => setOpen(false)}>
          {t('courses.care.cancel')}
        </Button>
      </div>
    </section>
  );
}

function StaffSelect({
  orgId,
  label,
  value,
  onChange,
}: {
  orgId: string;
  label: string;
  value: string | null;
  onChange: (personId: string | null) => void;
}) {
  const [text, setText] = useState('');
  const found = useQuery({
    queryKey: ['people', orgId, text],
    queryFn: () => api.get('/api/orgs/{orgId}/people', { path: { orgId }, query: { text } }),
    enabled: text !== '',
  });
  const staff = (found.data?.people ?? []).filter(({ kind }) => kind === 'staff');
  return (
    <Select<string | null>
      showSearch={{ filterOption: false, onSearch: (typed) => setText(typed.trim()) }}
      allowClear
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={(next) => onChange(next ?? null)}
      options={staff.map(({ personId, name, number }) => ({ value: personId, label: `${name} ${number}` }))}
      style={{ minWidth: 200 }}
    />
  );
}
