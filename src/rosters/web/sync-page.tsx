import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input, InputNumber, Popconfirm, Radio, Select } from 'antd';
import { useId, useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { api } from '../../platform/web/api.ts';
import { useActing } from '../../platform/web/console/me.ts';
import { Lead, PageHead } from '../../platform/web/console/page-head.tsx';
import { ProblemNotice, SkeletonRows } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';
import type { RosterSync, RosterSyncSettings } from '../sync/contract.ts';
import { whenOf } from './when-of.ts';
import './rosters.css';

const key = (orgId: string) => ['roster-sync', orgId];

const askSync = (orgId: string) => api.get('/api/orgs/{orgId}/roster-sync', { path: { orgId } });

const FRESH: RosterSyncSettings = {
  kind: 'folder',
  url: null,
  hour: 5,
  maxLeavingPercent: 10,
  maxChangedPercent: 50,
  leaving: 'keep',
  isPaused: false,
};

/** How the school's roster is fetched by itself: settings, run now, pause, and what each run found. */
export default function SyncPage() {
  const { orgId } = useActing();
  const sync = useQuery({
    queryKey: key(orgId),
    queryFn: () => askSync(orgId),
    refetchInterval: ({ state }) => (state.data?.runs[0]?.state === 'running' ? 2_000 : 30_000),
  });
  return (
    <>
      <PageHead title={t('rosters.sync.title')}>
        <Link to="/rosters">{t('rosters.sync.back')}</Link>
      </PageHead>
      <Lead>{t('rosters.sync.lead')}</Lead>
      {sync.isError && <ProblemNotice error={sync.error} onRetry={sync.refetch} />}
      {sync.isPending && <SkeletonRows rows={8} />}
      {sync.data && (
        <>
          <Settings key={sync.data.settings ? 'set' : 'fresh'} sync={sync.data} orgId={orgId} />
          <Runs sync={sync.data} />
        </>
      )}
    </>
  );
}

function Field({
  label,
  hint,
  children,
}: {
  label: string;
  hint?: ReactNode;
  children: (id: string) => ReactNode;
}) {
  const id = useId();
  return (
    <div className="roster-sync-field">
      <label htmlFor={id}>{label}</label>
      <div>
        {children(id)}
        {hint && <p className="muted small">{hint}</p>}
      </div>
    </div>
  );
}

function Settings({ sync, orgId }: { sync: RosterSync; orgId: string }) {
  const queries = useQueryClient();
  const kept = sync.settings;
  const [asked, setAsked] = useState<RosterSyncSettings>(() => {
    if (!kept) return FRESH;
    const { addressShown: _shown, ...settings } = kept;
    return { ...settings, url: null };
  });
  const change = (part: Partial<RosterSyncSettings>) => setAsked((before) => ({ ...before, ...part }));
  const take = (next: RosterSync) => queries.setQueryData(key(orgId), next);
  const save = useMutation({
    mutationFn: (settings: RosterSyncSettings) =>
      api.put('/api/orgs/{orgId}/roster-sync', { path: { orgId }, body: settings }),
    onSuccess: (next, { isPaused }) => {
      take(next);
      change({ url: null, isPaused });
    },
  });
  const run = useMutation({
    mutationFn: () => api.post('/api/orgs/{orgId}/roster-sync/run', { path: { orgId }, body: null }),
    onSuccess: take,
  });
  const remove = useMutation({
    mutationFn: () => api.delete('/api/orgs/{orgId}/roster-sync', { path: { orgId }, body: null }),
    onSuccess: () => queries.invalidateQueries({ queryKey: key(orgId) }),
  });
  const isRunning = sync.runs[0]?.state === 'running';
  const failed = [save, run, remove].find(({ isError }) => isError);
  return (
    <section className="card roster-sync" aria-label={t('rosters.sync.title')}>
      {failed?.error && <ProblemNotice error={failed.error} />}
      {kept?.isPaused && <p className="amber">{t('rosters.sync.paused')}</p>}
      <Field
        label={t('rosters.sync.kind')}
        hint={asked.kind === 'folder' ? t('rosters.sync.folder', { folder: sync.folder }) : undefined}
      >
        {(id) => (
          <Radio.Group
            id={id}
            value={asked.kind}
            onChange={({ target }) => change({ kind: target.value as 'folder' | 'url' })}
          >
            <Radio value="folder">{t('rosters.sync.kind.folder')}</Radio>
            <Radio value="url">{t('rosters.sync.kind.url')}</Radio>
          </Radio.Group>
        )}
      </Field>
      {asked.kind === 'url' && (
        <Field
          label={t('rosters.sync.url')}
          hint={
            sync.allowHosts.length > 0
              ? `${t('rosters.sync.urlWhy')} ${t('rosters.sync.opened', { hosts: sync.allowHosts.join('、') })}`
              : t('rosters.sync.urlWhy')
          }
        >
          {(id) => (
            <Input
              id={id}
              autoComplete="off"
              placeholder={
                kept?.addressShown ? t('rosters.sync.urlKept', { address: kept.addressShown }) : 'https://'
              }
              value={asked.url ?? ''}
              onChange={({ target }) => change({ url: target.value.trim() || null })}
            />
          )}
        </Field>
      )}
      <Field label={t('rosters.sync.hour')}>
        {(id) => (
          <Select
            id={id}
            style={{ width: 110 }}
            value={asked.hour}
            onChange={(hour) => change({ hour })}
            options={Array.from({ length: 24 }, (_, hour) => ({
              value: hour,
              label: `${String(hour).padStart(2, '0')}:00`,
            }))}
          />
        )}
      </Field>
      {(['maxLeavingPercent', 'maxChangedPercent'] as const).map((field) => (
        <Field
          key={field}
          label={t(field === 'maxLeavingPercent' ? 'rosters.sync.maxLeaving' : 'rosters.sync.maxChanged')}
        >
          {(id) => (
            <InputNumber
              id={id}
              controls={false}
              min={0}
              max={100}
              precision={0}
              suffix="%"
              value={asked[field]}
              onChange={(value) => change({ [field]: value ?? 0 })}
            />
          )}
        </Field>
      ))}
      <Field label={t('rosters.sync.leaving')}>
        {(id) => (
          <Radio.Group
            id={id}
            value={asked.leaving}
            onChange={({ target }) => change({ leaving: target.value as 'keep' | 'end' })}
          >
            <Radio value="keep">{t('rosters.sync.leaving.keep')}</Radio>
            <Radio value="end">{t('rosters.sync.leaving.end')}</Radio>
          </Radio.Group>
        )}
      </Field>
      <p className="toolbar">
        <Button type="primary" loading={save.isPending} onClick={() => save.mutate(asked)}>
          {t('rosters.sync.save')}
        </Button>
        {kept && (
          <>
            <Button loading={run.isPending || isRunning} onClick={() => run.mutate()}>
              {t('rosters.sync.run')}
            </Button>
            <Button
              disabled={save.isPending}
              onClick={() => save.mutate({ ...asked, isPaused: !kept.isPaused })}
            >
              {t(kept.isPaused ? 'rosters.sync.resume' : 'rosters.sync.pause')}
            </Button>
            <Popconfirm title={t('rosters.sync.removeAsk')} onConfirm={() => remove.mutate()}>
              <Button loading={remove.isPending}>{t('rosters.sync.remove')}</Button>
            </Popconfirm>
          </>
        )}
        {save.isSuccess && <output className="green">{t('rosters.sync.saved')}</output>}
      </p>
    </section>
  );
}

type Run = RosterSync['runs'][number];

const COLOURS: Record<Run['state'], string> = {
  running: 'amber',
  applied: 'green',
  unchanged: 'muted',
  stopped: 'red',
  failed: 'red',
};

/** Runs shown before the rest is asked for. */
const FIRST = 10;

function Runs({ sync }: { sync: RosterSync }) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? sync.runs : sync.runs.slice(0, FIRST);
  return (
    <section className="card roster-history" aria-label={t('rosters.sync.history')}>
      <header>
        <h2>{t('rosters.sync.history')}</h2>
        <span className="num muted">{sync.runs.length}</span>
      </header>
      {sync.runs.length === 0 && <p className="muted pad">{t('rosters.sync.none')}</p>}
      <ul className="roster-runs">
        {shown.map(({ id, startedAt, byHand, state, reason, counts, draftId }) => (
          <li key={id}>
            <span className="num">{whenOf(startedAt)}</span>
            <span className="muted">{t(byHand ? 'rosters.sync.byHand' : 'rosters.sync.bySchedule')}</span>
            <span className={COLOURS[state]}>{t(`rosters.sync.state.${state}`)}</span>
            <span className="roster-run-says">
              {reason && <span>{reason} </span>}
              {counts && <span className="num muted">{t('rosters.sync.counts', { ...counts })} </span>}
              {draftId && <Link to={`/rosters/${draftId}`}>{t('rosters.sync.report')}</Link>}
            </span>
          </li>
        ))}
      </ul>
      {!isWhole && sync.runs.length > FIRST && (
        <p className="pad">
          <Button size="small" onClick={() => setWhole(true)}>
            {t('rosters.sync.more', { count: sync.runs.length - FIRST })}
          </Button>
        </p>
      )}
    </section>
  );
}
