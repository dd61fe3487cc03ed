import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Progress } from 'antd';
import { useRef } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { api } from '../../platform/web/api.ts';
import { useActing } from '../../platform/web/console/me.ts';
import { Lead, PageHead } from '../../platform/web/console/page-head.tsx';
import { ProblemNotice, SkeletonRows } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';
import type { CheckOptions, RosterDraft } from '../contract.ts';
import { Checking, Others, Refused } from './checking.tsx';
import { CheckView, ClassCounts } from './check-view.tsx';
import { DraftLines } from './draft-lines.tsx';
import { ImportSteps } from './import-steps.tsx';
import { chosenFor, PLAIN_OPTIONS, uploadRoster } from './upload.ts';
import './rosters.css';

function askDraft(draftId: string) {
  return api.get('/api/roster-drafts/{draftId}', { path: { draftId } });
}

/** Check, confirm and result of one uploaded roster. */
export default function DraftPage() {
  const { draftId = '' } = useParams();
  const draft = useQuery({
    queryKey: ['roster-draft', draftId],
    queryFn: () => askDraft(draftId),
    // While it is being checked or written the page follows; otherwise nothing of it changes by itself.
    refetchInterval: ({ state }) =>
      state.data?.state === 'applying' || state.data?.state === 'checking' ? 1_000 : false,
  });
  if (draft.isError) return <ProblemNotice error={draft.error} onRetry={draft.refetch} />;
  if (draft.isPending) return <SkeletonRows rows={10} />;
  const facts = t('rosters.file.facts', {
    name: draft.data.fileName,
    sheets: draft.data.sheets.length,
    rows: draft.data.read,
  });
  const { encoding, content } = draft.data;
  const when = [
    draft.data.undoes === null && draft.data.format !== null ? facts : draft.data.fileName,
    ...(content === 'oneroster' || content === 'sds' || content === 'sdsOld'
      ? [t(`rosters.content.${content}`)]
      : []),
    ...(encoding ? [t('rosters.file.encoding', { encoding: encoding.toUpperCase() })] : []),
  ].join(' · ');
  return (
    <>
      <PageHead title={t('rosters.page.import')} when={when} />
      <DraftState draft={draft.data} />
    </>
  );
}

function DraftState({ draft }: { draft: RosterDraft }) {
  switch (draft.state) {
    case 'checking':
      return <Checking draft={draft} />;
    case 'refused':
      return <Refused draft={draft} />;
    case 'checked':
      return <Checked draft={draft} />;
    case 'applying':
      return <Applying draft={draft} />;
    case 'applied':
      return <Applied draft={draft} />;
    case 'failed':
      return <Failed draft={draft} />;
    case 'discarded':
      return (
        <>
          <Lead>{t('rosters.discarded.lead')}</Lead>
          <Link to="/rosters">{t('rosters.applied.next')}</Link>
        </>
      );
  }
}

function Checked({ draft }: { draft: RosterDraft }) {
  const { orgId } = useActing();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const check = useMutation({
    mutationFn: ({ file, options }: { file: File; options: CheckOptions }) =>
      uploadRoster(orgId, file, options),
    onSuccess: (next) => navigate(`/rosters/${next.id}`),
  });
  const confirm = useMutation({
    mutationFn: (leaving: 'keep' | 'end') =>
      api.post('/api/roster-drafts/{draftId}/confirmation', {
        path: { draftId: draft.id },
        body: { leaving },
      }),
    onSettled: async (next) => {
      if (next) queries.setQueryData(['roster-draft', draft.id], next);
      // Taking an import back changes what its own page says, too.
      await queries.invalidateQueries({ queryKey: ['roster-draft'] });
      await queries.invalidateQueries({ queryKey: ['roster-drafts'] });
      await queries.invalidateQueries({ queryKey: ['classes'] });
    },
  });
  const kept = chosenFor(draft.id);
  const again = (change: (options: CheckOptions) => CheckOptions) =>
    kept && check.mutate({ file: kept.file, options: change(kept.options) });
  return (
    <>
      <ImportSteps current={1} />
      {check.isError && <ProblemNotice error={check.error} />}
      {confirm.isError && <ProblemNotice error={confirm.error} />}
      <Others draft={draft} />
      <CheckView
        draft={draft}
        isBusy={check.isPending || confirm.isPending}
        hasFile={kept !== null}
        onMapPhone={({ sheet, column }) =>
          again((options) => ({
            ...options,
            choices: [
              ...options.choices.filter(
                (choice) => choice.sheet !== sheet || choice.field !== 'guardianPhone',
              ),
              { sheet, column, field: 'guardianPhone' },
            ],
          }))
        }
        onReadAs={({ sheet, column }, field) =>
          again((options) => ({
            ...options,
            choices: [
              ...options.choices.filter((choice) => choice.sheet !== sheet || choice.column !== column),
              { sheet, column, field },
            ],
          }))
        }
        onCreateClasses={() => again((options) => ({ ...options, createClasses: true }))}
        onUploadAgain={() => input.current?.click()}
        onConfirm={(leaving) => confirm.mutate(leaving)}
      />
      <input
        ref={input}
        type="file"
        hidden
        onChange={({ target }) => {
          const file = target.files?.[0];
          if (file) check.mutate({ file, options: kept?.options ?? PLAIN_OPTIONS });
        }}
      />
    </>
  );
}

function Applying({ draft }: { draft: RosterDraft }) {
  return (
    <>
      <ImportSteps current={2} />
      <Lead>
        <output>{t('rosters.applying.lead', { percent: draft.progressPercent })}</output>
      </Lead>
      <Progress percent={draft.progressPercent} showInfo={false} status="active" />
    </>
  );
}

function Applied({ draft }: { draft: RosterDraft }) {
  const { created, changed, unchanged, leaving, leavingAct } = draft;
  return (
    <>
      <ImportSteps current={3} />
      <Lead>
        <output className="green">
          {draft.undoes === null
            ? t('rosters.applied.lead', { created, changed, unchanged })
            : t('rosters.undo.done', { leaving, changed })}
        </output>
      </Lead>
      <ClassCounts draft={draft} />
      {leaving > 0 && draft.undoes === null && (
        <p>
          {leavingAct === 'end'
            ? t('rosters.applied.ended', { count: leaving })
            : t('rosters.applied.kept', { count: leaving })}
        </p>
      )}
      <p className="toolbar">
        <Link className="button-link" to="/classes">
          {t('rosters.applied.cards')}
        </Link>
        <Link className="button-link" to="/rosters">
          {t('rosters.applied.next')}
        </Link>
      </p>
      <Undo draft={draft} />
      <DraftLines draft={draft} hasFile={false} isBusy={false} onCreateClasses={() => {}} />
    </>
  );
}

/** Taking an import back is an import of its own; where it was taken back, or takes one back, the other is linked. */
function Undo({ draft }: { draft: RosterDraft }) {
  const navigate = useNavigate();
  const undo = useMutation({
    mutationFn: () =>
      api.post('/api/roster-drafts/{draftId}/undo', { path: { draftId: draft.id }, body: null }),
    onSuccess: (next) => navigate(`/rosters/${next.id}`),
  });
  if (draft.undoneBy !== null) {
    return (
      <p>
        <Link to={`/rosters/${draft.undoneBy}`}>{t('rosters.undo.undone')}</Link>
      </p>
    );
  }
  return (
    <>
      {draft.undoes !== null && (
        <p>
          <Link to={`/rosters/${draft.undoes}`}>{t('rosters.undo.of')}</Link>
        </p>
      )}
      {undo.isError && <ProblemNotice error={undo.error} />}
      <p className="toolbar">
        <Button loading={undo.isPending} onClick={() => undo.mutate()}>
          {t('rosters.undo.act')}
        </Button>
        <span className="muted">{t('rosters.undo.why')}</span>
      </p>
    </>
  );
}

function Failed({ draft }: { draft: RosterDraft }) {
  return (
    <>
      <ImportSteps current={2} />
      <div className="notice failed" role="alert">
        <p>{t('rosters.failed.lead')}</p>
        <p>{draft.failure}</p>
        <p className="notice-acts">
          <Link to="/rosters">
            <Button size="small">{t('rosters.failed.check')}</Button>
          </Link>
        </p>
      </div>
    </>
  );
}
