import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Input, Select, Tabs } from 'antd';
import { useState } from 'react';
import { api } from '../../../platform/web/api.ts';
import { useActing } from '../../../platform/web/console/me.ts';
import { Lead, PageHead } from '../../../platform/web/console/page-head.tsx';
import { ProblemNotice, SkeletonRows } from '../../../platform/web/console/states.tsx';
import { t } from '../../../platform/web/t.ts';
import { standardBells } from '../../rules/standard-bells.ts';
import { newId } from '../../../platform/web/new-id.ts';
import './bells.css';

type BellPlan = Awaited<ReturnType<typeof askBells>>['bellPlans'][number];
type Row = BellPlan['periods'][number] & { readonly key: string };

function askBells(schoolId: string) {
  return api.get('/api/schools/{schoolId}/bell-plans', { path: { schoolId } });
}

/** Bell plans of the school: one for everybody, others for single year groups. */
export default function BellsPage() {
  const { orgId } = useActing();
  const bells = useQuery({ queryKey: ['bells', orgId], queryFn: () => askBells(orgId) });
  const [fresh, setFresh] = useState<BellPlan | null>(null);
  const [active, setActive] = useState<string>();
  if (bells.isError) return <ProblemNotice error={bells.error} onRetry={bells.refetch} />;
  if (bells.isPending) return <SkeletonRows rows={10} />;
  const saved = bells.data.bellPlans;
  const plans = fresh && !saved.some(({ id }) => id === fresh.id) ? [...saved, fresh] : saved;
  const add = (): void => {
    const plan = { id: newId(), title: '', yearGroups: [], periods: standardBells(8) };
    setFresh(plan);
    setActive(plan.id);
  };
  return (
    <>
      <PageHead title={t('timetable.bells.title')}>
        <Button onClick={add}>{t('timetable.bells.add')}</Button>
      </PageHead>
      <Lead>{t('timetable.bells.lead')}</Lead>
      <Tabs
        more={{ icon: <span aria-hidden="true">…</span> }}
        activeKey={active ?? plans[0]?.id ?? ''}
        onChange={setActive}
        items={plans.map((plan) => ({
          key: plan.id,
          label: plan.title || t('timetable.bells.unnamed'),
          children: (
            <PlanForm key={plan.id} plan={plan} schoolId={orgId} yearGroups={bells.data.yearGroups} />
          ),
        }))}
      />
    </>
  );
}

function PlanForm({
  plan,
  schoolId,
  yearGroups,
}: {
  plan: BellPlan;
  schoolId: string;
  yearGroups: readonly string[];
}) {
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [title, setTitle] = useState(plan.title);
  const [groups, setGroups] = useState<string[]>(plan.yearGroups);
  const [rows, setRows] = useState<readonly Row[]>(() =>
    plan.periods.map((row) => ({ ...row, key: newId() })),
  );
  const save = useMutation({
    mutationFn: () =>
      api.put('/api/bell-plans/{bellPlanId}', {
        path: { bellPlanId: plan.id },
        body: {
          schoolId,
          title: title.trim(),
          yearGroups: groups,
          periods: rows.map(({ key: _key, ...row }) => row),
        },
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['bells'] });
      await queries.invalidateQueries({ queryKey: ['plan'] });
      void message.success(t('timetable.bells.saved'));
    },
  });
  const put = (key: string, change: Partial<Row>): void =>
    setRows(rows.map((row) => (row.key === key ? { ...row, ...change } : row)));
  const add = (isBreak: boolean): void => {
    const last = rows.at(-1)?.endsAt ?? '08:00';
    const period = Math.max(0, ...rows.map((row) => row.period ?? 0)) + 1;
    setRows([
      ...rows,
      { key: newId(), startsAt: last, endsAt: last, period: isBreak ? null : period, label: null },
    ]);
  };
  return (
    <div className="bell-form">
      <div className="toolbar">
        <label className="field">
          <span className="muted small">{t('timetable.bells.name')}</span>
          <Input value={title} maxLength={60} onChange={({ target }) => setTitle(target.value)} />
        </label>
        <label className="field">
          <span className="muted small">{t('timetable.bells.for')}</span>
          <Select
            mode="multiple"
            value={groups}
            onChange={setGroups}
            placeholder={t('timetable.bells.forAll')}
            className="groups"
            options={yearGroups.map((year) => ({ value: year, label: t('timetable.plan.year', { year }) }))}
          />
        </label>
      </div>
      <ol className="bell-rows">
        {rows.map((row) => (
          <li key={row.key} className={row.period === null ? 'break' : ''}>
            <span className="what">
              {row.period === null
                ? t('timetable.bells.break')
                : t('platform.period', { period: row.period })}
            </span>
            <Input
              type="time"
              aria-label={t('timetable.bells.from')}
              value={row.startsAt}
              onChange={({ target }) => put(row.key, { startsAt: target.value })}
            />
            <span aria-hidden="true">{'—'}</span>
            <Input
              type="time"
              aria-label={t('timetable.bells.to')}
              value={row.endsAt}
              onChange={({ target }) => put(row.key, { endsAt: target.value })}
            />
            <Input
              aria-label={t('timetable.bells.label')}
              placeholder={row.period === null ? t('timetable.bells.breakName') : ''}
              value={row.label ?? ''}
              maxLength={60}
              onChange={({ target }) => put(row.key, { label: target.value === '' ? null : target.value })}
            />
            <Button type="text" onClick={() => setRows(rows.filter(({ key }) => key !== row.key))}>
              {t('timetable.bells.remove')}
            </Button>
          </li>
        ))}
      </ol>
      <div className="toolbar">
        <Button onClick={() => add(false)}>{t('timetable.bells.addPeriod')}</Button>
        <Button onClick={() => add(true)}>{t('timetable.bells.addBreak')}</Button>
      </div>
      {save.isError && <ProblemNotice error={save.error} />}
      <Button
        type="primary"
        loading={save.isPending}
        disabled={title.trim() === ''}
        onClick={() => save.mutate()}
      >
        {t('timetable.bells.save')}
      </Button>
      <p className="muted small">{t('timetable.bells.later')}</p>
    </div>
  );
}
