import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Input, Popconfirm, Segmented, Select } from 'antd';
import { useState } from 'react';
import { dayOf, dayTitle, timeOfDay } from '../../platform/i18n/format.ts';
import { api, newKey } from '../../platform/web/api.ts';
import { ApiProblem } from '../../platform/web/api-problem.ts';
import { useActing, useMe } from '../../platform/web/console/me.ts';
import { ProblemNotice, SkeletonRows } from '../../platform/web/console/states.tsx';
import { locale, t } from '../../platform/web/t.ts';
import { mayHangBelow } from '../rules.ts';
import type { OrgKind } from '../tables.ts';
import type { Unit } from './units-page.tsx';

type Move = Awaited<ReturnType<typeof askMoves>>['moves'][number];

function askMoves(orgId: string) {
  return api.get('/api/orgs/{orgId}/moves', { path: { orgId } });
}

function failed(message: ReturnType<typeof App.useApp>['message']) {
  return (error: unknown) =>
    void message.error(error instanceof ApiProblem ? error.message : t('platform.problem.network'));
}

/** Where a unit stood; who may, puts it elsewhere from a day on. */
export function UnitMoves({ unit, mayManage }: { unit: Unit; mayManage: boolean }) {
  const { message } = App.useApp();
  const queries = useQueryClient();
  const found = useQuery({ queryKey: ['moves', unit.id], queryFn: () => askMoves(unit.id) });
  const changed = async (text: string) => {
    await Promise.all([['moves'], ['units']].map((queryKey) => queries.invalidateQueries({ queryKey })));
    void message.success(text);
  };
  const back = useMutation({
    mutationFn: (fromDay: string) =>
      api.delete('/api/orgs/{orgId}/moves/{fromDay}', { path: { orgId: unit.id, fromDay }, body: null }),
    onSuccess: () => changed(t('orgs.moves.takenBack')),
    onError: failed(message),
  });
  return (
    <section className="card pad unit-moves">
      <h2>{t('orgs.moves.title')}</h2>
      {mayManage && unit.parentId !== null && <MoveForm unit={unit} onDone={changed} />}
      <h3>{t('orgs.moves.history')}</h3>
      {found.isError && <ProblemNotice error={found.error} onRetry={found.refetch} />}
      {found.isPending && <SkeletonRows rows={2} />}
      {found.data?.moves.length === 0 && <p className="muted">{t('orgs.moves.none')}</p>}
      <ul className="move-list">
        {found.data?.moves.map((move) => (
          <li key={move.fromDay}>
            <MoveText move={move} />
            {mayManage && move.mayTakeBack && (
              <Popconfirm
                title={t('orgs.moves.takeBackSure', {
                  name: unit.name,
                  from: move.fromName ?? t('orgs.moves.top'),
                })}
                okText={t('orgs.moves.takeBack')}
                cancelText={t('orgs.moves.cancel')}
                onConfirm={() => back.mutate(move.fromDay)}
              >
                <Button size="small" loading={back.isPending && back.variables === move.fromDay}>
                  {t('orgs.moves.takeBack')}
                </Button>
              </Popconfirm>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A day as people say it; the year always stands there, because moves are looked up years later. */
const fullDay = (day: string): string => dayTitle(day, locale(), 0);

function MoveText({ move }: { move: Move }) {
  const params = {
    day: fullDay(move.fromDay),
    to: move.toName ?? t('orgs.moves.top'),
    from: move.fromName ?? t('orgs.moves.top'),
  };
  return (
    <div>
      <strong>{t(move.isMerge ? 'orgs.moves.lineMerge' : 'orgs.moves.line', params)}</strong>
      {move.reason && <p>{move.reason}</p>}
      {move.document && <p className="muted">{t('orgs.moves.paper', { document: move.document })}</p>}
      <p className="muted num">{whoDecided(move)}</p>
    </div>
  );
}

function whoDecided({ decidedByName, decidedAt }: Move): string {
  if (decidedAt === null) return t('orgs.moves.byList');
  const zone = 'Asia/Shanghai';
  const time = `${fullDay(dayOf(decidedAt, zone))} ${timeOfDay(decidedAt, zone)}`;
  return decidedByName === null
    ? t('orgs.moves.byMachine', { time })
    : t('orgs.moves.by', { name: decidedByName, time });
}

interface Draft {
  readonly isMerge: boolean;
  readonly parent: { readonly value: string; readonly label: string } | null;
  readonly fromDay: string;
  readonly reason: string;
  readonly document: string;
}

function MoveForm({ unit, onDone }: { unit: Unit; onDone: (text: string) => Promise<void> }) {
  const { message } = App.useApp();
  const today = useMe().data?.now.slice(0, 10) ?? '';
  const empty: Draft = { isMerge: false, parent: null, fromDay: today, reason: '', document: '' };
  const [draft, setDraft] = useState(empty);
  // One key for one decision, however often the button is pressed.
  const [key, setKey] = useState(newKey);
  const decide = useMutation({
    mutationFn: ({ parent, reason, ...rest }: Draft) =>
      api.post('/api/orgs/{orgId}/moves', {
        key,
        path: { orgId: unit.id },
        body: { ...rest, parentId: parent?.value ?? '', reason: reason.trim() },
      }),
    onSuccess: async ({ fromDay }) => {
      setDraft(empty);
      await onDone(t('orgs.moves.done', { day: fullDay(fromDay) }));
    },
    onError: failed(message),
    onSettled: () => setKey(newKey()),
  });
  const { isMerge, parent, fromDay, reason, document } = draft;
  const isReady = parent !== null && fromDay !== '' && reason.trim() !== '';
  const sure = { day: fromDay && fullDay(fromDay), name: unit.name, parent: parent?.label ?? '' };
  return (
    <div className="form-column">
      <Segmented
        block
        vertical
        value={isMerge ? 'merge' : 'move'}
        options={(['move', 'merge'] as const).map((value) => ({ value, label: t(`orgs.moves.${value}`) }))}
        onChange={(value) => setDraft({ ...draft, isMerge: value === 'merge', parent: null })}
      />
      <UnitSelect
        unit={unit}
        isMerge={isMerge}
        value={parent}
        onChange={(next) => setDraft({ ...draft, parent: next })}
      />
      <label className="labelled">
        <span>{t('orgs.moves.from')}</span>
        <Input
          type="date"
          value={fromDay}
          min={today}
          onChange={({ target }) => setDraft({ ...draft, fromDay: target.value })}
        />
      </label>
      <Input
        aria-label={t('orgs.moves.reason')}
        placeholder={t('orgs.moves.reason')}
        value={reason}
        maxLength={500}
        onChange={({ target }) => setDraft({ ...draft, reason: target.value })}
      />
      <Input
        aria-label={t('orgs.moves.document')}
        placeholder={t('orgs.moves.document')}
        value={document}
        maxLength={200}
        onChange={({ target }) => setDraft({ ...draft, document: target.value })}
      />
      <Popconfirm
        title={t(isMerge ? 'orgs.moves.sureMerge' : 'orgs.moves.sure', sure)}
        okText={t(isMerge ? 'orgs.moves.decideMerge' : 'orgs.moves.decide')}
        cancelText={t('orgs.moves.cancel')}
        disabled={!isReady}
        onConfirm={() => decide.mutate(draft)}
      >
        <Button disabled={!isReady} loading={decide.isPending}>
          {t(isMerge ? 'orgs.moves.decideMerge' : 'orgs.moves.decide')}
        </Button>
      </Popconfirm>
    </div>
  );
}

/** A unit within one's own, found by name or code; only kinds that fit are offered. */
function UnitSelect({
  unit,
  isMerge,
  value,
  onChange,
}: {
  unit: Unit;
  isMerge: boolean;
  value: Draft['parent'];
  onChange: (value: Draft['parent']) => void;
}) {
  const { orgId: topId } = useActing();
  const [text, setText] = useState('');
  const found = useQuery({
    queryKey: ['units', topId, text, 'choose'],
    queryFn: () => api.get('/api/orgs/{orgId}/units', { path: { orgId: topId }, query: { text } }),
    placeholderData: (before) => before,
  });
  const kind = unit.kind as OrgKind;
  const options = [...(found.data && text === '' ? [found.data.unit] : []), ...(found.data?.units ?? [])]
    .filter((one) => one.id !== unit.id && one.id !== (isMerge ? '' : unit.parentId))
    .filter((one) => (isMerge ? one.kind === kind : mayHangBelow(kind, one.kind as OrgKind)))
    .map((one) => ({ value: one.id, label: one.name, code: one.code }));
  const label = t(isMerge ? 'orgs.moves.into' : 'orgs.moves.to');
  return (
    <Select
      aria-label={label}
      placeholder={t('orgs.moves.choose', { what: label })}
      labelInValue
      showSearch={{ filterOption: false, onSearch: (next) => setText(next.trim()) }}
      loading={found.isFetching}
      notFoundContent={t('orgs.moves.noUnit')}
      value={value}
      options={options}
      optionRender={unitOption}
      onChange={(next) => onChange(next ? { value: next.value, label: String(next.label) } : null)}
    />
  );
}

function unitOption({ data }: { data: { label: string; code: string } }) {
  return (
    <>
      {data.label} <span className="muted num">{data.code}</span>
    </>
  );
}
