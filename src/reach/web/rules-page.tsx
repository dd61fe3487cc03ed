import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input, InputNumber, Select } from 'antd';
import { useState } from 'react';
import { api } from '../../platform/web/api.ts';
import { useActing } from '../../platform/web/console/me.ts';
import { Lead, PageHead } from '../../platform/web/console/page-head.tsx';
import { ProblemNotice, SkeletonRows } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';
import './reach.css';

type Rules = Awaited<ReturnType<typeof askRules>>;

function askRules(schoolId: string) {
  return api.get('/api/schools/{schoolId}/attendance-rules', { path: { schoolId } });
}

/** What this school calls late, gone early, made up and reached. */
export default function RulesPage() {
  const { orgId, can } = useActing();
  const asked = useQuery({ queryKey: ['attendance-rules', orgId], queryFn: () => askRules(orgId) });
  if (asked.isPending) return <SkeletonRows />;
  if (asked.isError) return <ProblemNotice error={asked.error} onRetry={asked.refetch} />;
  return (
    <div className="page-narrow">
      <PageHead title={t('reach.page.rules')} />
      <Lead>{t('reach.rules.lead')}</Lead>
      {asked.data.version === 0 && <p className="muted section">{t('reach.rules.leadDefault')}</p>}
      {can('reach.changeRules') ? (
        <RulesForm key={asked.data.version} held={asked.data} schoolId={orgId} />
      ) : (
        <RuleList held={asked.data} />
      )}
    </div>
  );
}

const numbers = [
  { key: 'lateMinutes', label: 'reach.rules.late', min: 0, max: 60 },
  { key: 'leftEarlyPercent', label: 'reach.rules.leftEarly', min: 1, max: 100 },
  { key: 'madeUpPercent', label: 'reach.rules.madeUp', min: 1, max: 100 },
  { key: 'followUpHours', label: 'reach.rules.followUpHours', min: 1, max: 72 },
  { key: 'helpHours', label: 'reach.rules.helpHours', min: 1, max: 24 },
] as const;

/** For those who may not change them: what holds. */
function RuleList({ held: { rules } }: { held: Rules }) {
  return (
    <>
      <dl className="card rule-list section">
        {numbers.map(({ key, label }) => (
          <div key={key}>
            <dt>{t(label)}</dt>
            <dd className="num">{rules[key]}</dd>
          </div>
        ))}
        <div>
          <dt>{t('reach.rules.dayNeeds')}</dt>
          <dd>{t(`reach.rules.${rules.dayNeeds}`)}</dd>
        </div>
        <div>
          <dt>{t('reach.rules.dayCloses')}</dt>
          <dd className="num">{rules.dayCloses}</dd>
        </div>
      </dl>
      <p className="muted">{t('reach.rules.readOnly')}</p>
    </>
  );
}

function RulesForm({ held, schoolId }: { held: Rules; schoolId: string }) {
  const [rules, setRules] = useState(held.rules);
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      api.put('/api/schools/{schoolId}/attendance-rules', {
        path: { schoolId },
        body: { rules, version: held.version },
      }),
    onSuccess: (now) => queries.setQueryData(['attendance-rules', schoolId], now),
  });
  return (
    <form
      className="card form-rules"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {numbers.map(({ key, label, min, max }) => (
        <label key={key}>
          <span>{t(label)}</span>
          <InputNumber
            controls={false}
            min={min}
            max={max}
            precision={0}
            value={rules[key]}
            onChange={(value) => value !== null && setRules({ ...rules, [key]: value })}
          />
          <span className="muted num">{t('reach.rules.default', { value: held.defaults[key] })}</span>
        </label>
      ))}
      <label>
        <span>{t('reach.rules.dayNeeds')}</span>
        <Select
          value={rules.dayNeeds}
          onChange={(dayNeeds) => setRules({ ...rules, dayNeeds })}
          options={(['anyLesson', 'everyLesson'] as const).map((value) => ({
            value,
            label: t(`reach.rules.${value}`),
          }))}
        />
        <span className="muted">
          {t('reach.rules.default', { value: t(`reach.rules.${held.defaults.dayNeeds}`) })}
        </span>
      </label>
      <label>
        <span>{t('reach.rules.dayCloses')}</span>
        <Input
          type="time"
          min="05:00"
          required
          value={rules.dayCloses}
          onChange={({ target }) => setRules({ ...rules, dayCloses: target.value })}
        />
        <span className="muted num">{t('reach.rules.default', { value: held.defaults.dayCloses })}</span>
      </label>
      <p>
        <Button type="primary" htmlType="submit" loading={save.isPending}>
          {t('reach.rules.save')}
        </Button>
      </p>
      {save.isSuccess && <output className="green">{t('reach.rules.saved')}</output>}
      {save.isError && <ProblemNotice error={save.error} />}
    </form>
  );
}
