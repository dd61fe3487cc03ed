import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Select } from 'antd';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { api } from '../../platform/web/api.ts';
import { ApiProblem } from '../../platform/web/api-problem.ts';
import { DataTable, type DataColumn } from '../../platform/web/console/data-table.tsx';
import { useActing } from '../../platform/web/console/me.ts';
import { Lead, PageHead } from '../../platform/web/console/page-head.tsx';
import { Empty, ProblemNotice, SkeletonRows } from '../../platform/web/console/states.tsx';
import { readingText } from '../../people/name-words.ts';
import { NameReading } from '../../people/web/reading-edit.tsx';
import { Composition, JoinForm, LeaveButton } from './class-members-forms.tsx';
import { t } from '../../platform/web/t.ts';

type Member = Awaited<ReturnType<typeof askMembers>>['members'][number];

function askMembers(classId: string) {
  return api.get('/api/classes/{classId}/members', { path: { classId } });
}

const carers = new Set(['classTeacher', 'counsellor', 'teacher', 'assistant']);

/** One class: its adults, its pupils and who answers for each. */
export default function ClassPage() {
  const { classId = '' } = useParams();
  const { can, role, personId } = useActing();
  const members = useQuery({ queryKey: ['members', classId], queryFn: () => askMembers(classId) });
  if (members.isError) return <ProblemNotice error={members.error} onRetry={members.refetch} />;
  if (members.isPending) return <SkeletonRows rows={12} />;
  const pupils = members.data.members.filter(({ role }) => role === 'pupil');
  const staff = members.data.members.filter(({ role }) => carers.has(role));
  const mayManage = can('courses.manageMembers');
  // A class teacher or counsellor has cards and consents of their own class only.
  const isOwnCare = !carers.has(role) || staff.some((one) => one.personId === personId && one.role === role);
  const gaps = pupils.filter(({ adultName }) => adultName === null);
  return (
    <>
      <PageHead
        back={{ to: '/classes', label: t('courses.classes.title') }}
        title={members.data.name}
        when={t('courses.class.count', { count: pupils.length })}
      >
        {isOwnCare && can('consents.readClass') && (
          <Link className="button-link" to={`/classes/${classId}/consents`}>
            {t('consents.class.title')}
          </Link>
        )}
        {isOwnCare && can('courses.issueClaimCards') && (
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
      {mayManage && members.data.kind === 'scheduled' && (
        <>
          <Composition key={classId} classId={classId} />
          <JoinForm key={`${classId} join`} classId={classId} />
        </>
      )}
      {pupils.length === 0 ? (
        <Empty title={t('courses.class.noneYet')}>
          <p className="muted">{mayManage ? t('courses.class.noneNext') : t('courses.class.noneLook')}</p>
        </Empty>
      ) : (
        <DataTable
          rows={pupils}
          columns={[
            ...pupilColumns(can('people.correctReading')),
            ...(pupils.some(({ homeName }) => homeName !== null) ? homeColumns(classId, mayManage) : []),
          ]}
          rowKey={({ personId }) => personId}
          find={t('courses.class.find')}
          exportAs={members.data.name}
        />
      )}
    </>
  );
}

/** Of a class that is not everybody's home: where pupils are at home, and the act that takes one out. */
function homeColumns(classId: string, mayManage: boolean): DataColumn<Member>[] {
  return [
    {
      key: 'home',
      title: t('courses.column.home'),
      isFilter: true,
      text: ({ homeName }) => homeName,
      render: ({ homeName, isGuest, isOwnRight }) => (
        <>
          {homeName ?? '—'}{' '}
          {isGuest ? (
            <span className="amber">{t('courses.member.guest')}</span>
          ) : (
            isOwnRight && <span className="muted">{t('courses.member.ownRight')}</span>
          )}
        </>
      ),
    },
    ...(mayManage
      ? [
          {
            key: 'leave',
            title: '',
            isAside: true as const,
            text: () => null,
            render: ({ personId, name, homeName }: Member) =>
              homeName === null ? null : <LeaveButton classId={classId} personId={personId} name={name} />,
          },
        ]
      : []),
  ];
}

function pupilColumns(mayCorrect: boolean): DataColumn<Member>[] {
  return [
    {
      key: 'name',
      title: t('courses.column.name'),
      text: ({ name }) => name,
      alsoFound: ({ readings }) => readingText(readings),
      sortBy: ({ name, readings }) => readings[0] ?? name,
      render: (member) => (
        <>
          {member.name} <NameReading person={member} mayCorrect={mayCorrect} />
        </>
      ),
    },
    { key: 'number', title: t('courses.column.number'), text: ({ number }) => number },
    {
      key: 'adult',
      title: t('courses.column.adult'),
      isFilter: true,
      text: ({ adultName }) => adultName,
      render: ({ adultName, adultVia }) =>
        adultName === null ? (
          <span className="red">{t('courses.nobody')}</span>
        ) : (
          <>
            {adultName}{' '}
            <span className="muted">
              {t(
                `courses.via.${(adultVia ?? 'classTeacher') as 'careDuty' | 'classTeacher' | 'counsellor' | 'schoolDeputy'}`,
              )}
            </span>
          </>
        ),
    },
    {
      key: 'guardians',
      title: t('courses.column.guardians'),
      isNumber: true,
      text: ({ guardians }) => guardians,
      render: ({ guardians }) => (guardians === 0 ? <span className="zero">0</span> : guardians),
    },
    {
      key: 'account',
      title: t('courses.column.account'),
      isFilter: true,
      text: ({ accountStatus }) =>
        t(`courses.account.${(accountStatus ?? 'none') as 'active' | 'unclaimed' | 'disabled' | 'none'}`),
    },
    {
      key: 'loginName',
      title: t('courses.column.loginName'),
      onPhone: 'absent',
      text: ({ loginName }) => loginName,
    },
  ];
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
