import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Popconfirm, Progress } from 'antd';
import { Link, useNavigate } from 'react-router';
import { api } from '../../platform/web/api.ts';
import { Lead } from '../../platform/web/console/page-head.tsx';
import { ProblemNotice } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';
import type { RosterDraft } from '../contract.ts';
import { ImportSteps } from './import-steps.tsx';
import { whenOf } from './when-of.ts';

/** The part of the whole, in percent, that each phase of a check is done at; measured with a county's file. */
const FROM: Record<NonNullable<RosterDraft['check']>['phase'], readonly [number, number]> = {
  waiting: [0, 0],
  reading: [3, 3],
  rows: [30, 50],
  comparing: [50, 50],
  keeping: [60, 100],
};

function percentOf({ phase, rowsDone, rowsTotal }: NonNullable<RosterDraft['check']>): number {
  const [from, to] = FROM[phase];
  return rowsTotal === 0 ? from : Math.round(from + ((to - from) * rowsDone) / rowsTotal);
}

/** The file is being checked: how far, and the way out. */
export function Checking({ draft }: { draft: RosterDraft }) {
  const check = draft.check ?? { phase: 'waiting', rowsDone: 0, rowsTotal: 0 };
  const params = { done: check.rowsDone.toLocaleString(), total: check.rowsTotal.toLocaleString() };
  return (
    <>
      <ImportSteps current={1} />
      <Lead>{t('rosters.checking.lead', { name: draft.fileName })}</Lead>
      <Others draft={draft} />
      <section className="card pad roster-checking">
        <output>{t(`rosters.checking.${check.phase}`, params)}</output>
        <Progress percent={percentOf(check)} showInfo={false} status="active" />
        <Discard draft={draft} act={t('rosters.checking.cancel')} ask={t('rosters.checking.cancelAsk')} />
      </section>
    </>
  );
}

/** Throws a draft away after one question, and leads back to where files are chosen. */
export function Discard({ draft, act, ask }: { draft: RosterDraft; act: string; ask: string }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const discard = useMutation({
    mutationFn: () => api.delete('/api/roster-drafts/{draftId}', { path: { draftId: draft.id }, body: null }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['roster-drafts'] });
      await navigate('/rosters');
    },
  });
  return (
    <>
      {discard.isError && <ProblemNotice error={discard.error} />}
      <Popconfirm title={ask} onConfirm={() => discard.mutate()}>
        <Button loading={discard.isPending}>{act}</Button>
      </Popconfirm>
    </>
  );
}

/** Others of the same school are at the same work: said before two people confirm two files. */
export function Others({ draft: { others } }: { draft: RosterDraft }) {
  if (others.length === 0) return null;
  return (
    <div className="notice" role="note">
      {others.map(({ id, by, fileName, state, createdAt }) => {
        const params = { by: by ?? t('rosters.others.sync'), file: fileName, when: whenOf(createdAt) };
        const text =
          state === 'applying'
            ? t('rosters.others.applying', params)
            : state === 'checking'
              ? t('rosters.others.checking', params)
              : t('rosters.others.checked', params);
        return (
          <p key={id}>
            {text} <Link to={`/rosters/${id}`}>{t('rosters.others.look')}</Link>
          </p>
        );
      })}
    </div>
  );
}

/** The file could not be read: why, and what to do. */
export function Refused({ draft }: { draft: RosterDraft }) {
  return (
    <>
      <ImportSteps current={1} />
      <div className="notice failed" role="alert">
        <p>{t('rosters.refused.lead')}</p>
        <p>{draft.failure}</p>
        <p className="notice-acts">
          <Link className="button-link" to="/rosters">
            {t('rosters.refused.next')}
          </Link>
        </p>
      </div>
    </>
  );
}
