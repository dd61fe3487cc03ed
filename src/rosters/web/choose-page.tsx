import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Table } from 'antd';
import { useNavigate, Link } from 'react-router';
import { api } from '../../platform/web/api.ts';
import { useActing } from '../../platform/web/console/me.ts';
import { Lead, PageHead } from '../../platform/web/console/page-head.tsx';
import { ProblemNotice, SkeletonRows } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';
import type { RosterDraft } from '../contract.ts';
import { FileDrop } from './file-drop.tsx';
import { ImportSteps } from './import-steps.tsx';
import { PLAIN_OPTIONS, uploadRoster } from './upload.ts';
import { whenOf } from './when-of.ts';
import './rosters.css';

/** First step: the file. Choosing it uploads it; its check is followed on the page of the draft. */
export default function ChoosePage() {
  const { orgId, appointmentId } = useActing();
  const navigate = useNavigate();
  const upload = useMutation({
    mutationFn: (file: File) => uploadRoster(orgId, file, PLAIN_OPTIONS),
    onSuccess: (draft) => navigate(`/rosters/${draft.id}`),
  });
  return (
    <>
      <PageHead title={t('rosters.page.import')}>
        <Link to="/rosters/sync">{t('rosters.sync.open')}</Link>
        <Button type="link" href={`/api/orgs/${orgId}/roster-template?as=${appointmentId}`} download>
          {t('rosters.page.template')}
        </Button>
      </PageHead>
      <Lead>{t('rosters.choose.lead')}</Lead>
      <ImportSteps current={0} />
      {upload.isError && <ProblemNotice error={upload.error} />}
      <FileDrop
        accept=".xlsx,.xls,.xlsm,.xlsb,.et,.ods,.csv,.tsv,.txt,.zip"
        title={t('rosters.choose.drop')}
        busyTitle={t('rosters.choose.reading')}
        isBusy={upload.isPending}
        onFile={(file) => upload.mutate(file)}
      >
        <p className="muted">{t('rosters.choose.kinds')}</p>
        <p className="muted">{t('rosters.choose.safe')}</p>
      </FileDrop>
      <Exports orgId={orgId} appointmentId={appointmentId} />
      <Headings orgId={orgId} />
      <History orgId={orgId} />
    </>
  );
}

/** The roster as a file, for the school's other systems. */
function Exports({ orgId, appointmentId }: { orgId: string; appointmentId: string }) {
  return (
    <section className="card roster-export" aria-label={t('rosters.export.title')}>
      <header>
        <h2>{t('rosters.export.title')}</h2>
      </header>
      <p className="muted">{t('rosters.export.safe')}</p>
      <p className="toolbar">
        {(['workbook', 'oneroster'] as const).map((format) => (
          <Button
            key={format}
            href={`/api/orgs/${orgId}/roster-export?format=${format}&as=${appointmentId}`}
            download
          >
            {t(`rosters.export.${format}`)}
          </Button>
        ))}
      </p>
    </section>
  );
}

/** Headings that the school once read by hand, removable; nothing to see while there are none. */
function Headings({ orgId }: { orgId: string }) {
  const queries = useQueryClient();
  const key = ['roster-headings', orgId];
  const headings = useQuery({
    queryKey: key,
    queryFn: () => api.get('/api/orgs/{orgId}/roster-headings', { path: { orgId } }),
  });
  const forget = useMutation({
    mutationFn: (headingId: string) =>
      api.delete('/api/orgs/{orgId}/roster-headings/{headingId}', { path: { orgId, headingId }, body: null }),
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  });
  if (headings.isError) return <ProblemNotice error={headings.error} onRetry={headings.refetch} />;
  if (!headings.data || headings.data.headings.length === 0) return null;
  return (
    <section className="card roster-headings" aria-label={t('rosters.headings.title')}>
      <header>
        <h2>{t('rosters.headings.title')}</h2>
        <span className="num muted">{headings.data.headings.length}</span>
      </header>
      {forget.isError && <ProblemNotice error={forget.error} />}
      <ul className="roster-cols">
        {headings.data.headings.map(({ id, heading, field }) => (
          <li key={id}>
            <span>
              {heading} <span className="muted">→ {t(`rosters.field.${field}`)}</span>
            </span>
            <Button
              size="small"
              aria-label={t('rosters.headings.forgetOf', { heading })}
              loading={forget.isPending && forget.variables === id}
              onClick={() => forget.mutate(id)}
            >
              {t('rosters.headings.forget')}
            </Button>
          </li>
        ))}
      </ul>
      <p className="muted small pad">{t('rosters.headings.why')}</p>
    </section>
  );
}

function askHistory(orgId: string) {
  return api.get('/api/orgs/{orgId}/roster-drafts', { path: { orgId } });
}

const COLOURS: Record<RosterDraft['state'], 'red' | 'green' | 'amber'> = {
  checking: 'amber',
  refused: 'red',
  checked: 'amber',
  applying: 'amber',
  applied: 'green',
  failed: 'red',
  discarded: 'amber',
};

/** Earlier imports; one that waits or is being written is found again here. */
function History({ orgId }: { orgId: string }) {
  const history = useQuery({
    queryKey: ['roster-drafts', orgId],
    queryFn: () => askHistory(orgId),
    // What is being checked or written goes on without its page and is followed from here as well.
    refetchInterval: ({ state }) =>
      state.data?.drafts.some((draft) => draft.state === 'applying' || draft.state === 'checking')
        ? 2_000
        : false,
  });
  return (
    <section className="card roster-history" aria-label={t('rosters.page.history')}>
      <header>
        <h2>{t('rosters.page.history')}</h2>
      </header>
      {history.isError && <ProblemNotice error={history.error} onRetry={history.refetch} />}
      {history.isPending && <SkeletonRows rows={3} />}
      {history.data?.drafts.length === 0 && <p className="muted pad">{t('rosters.history.none')}</p>}
      {history.data && history.data.drafts.length > 0 && (
        <Table<RosterDraft>
          rowKey="id"
          size="small"
          dataSource={history.data.drafts}
          pagination={history.data.drafts.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
          columns={[
            {
              title: t('rosters.history.file'),
              dataIndex: 'fileName',
              render: (name: string, { id }) => <Link to={`/rosters/${id}`}>{name}</Link>,
            },
            { title: t('rosters.history.when'), dataIndex: 'createdAt', className: 'num', render: whenOf },
            {
              title: t('rosters.history.by'),
              dataIndex: 'by',
              responsive: ['md'],
              render: (by: string | null) =>
                by ?? <span className="muted">{t('rosters.history.bySync')}</span>,
            },
            {
              title: t('rosters.history.state'),
              dataIndex: 'state',
              render: (state: RosterDraft['state'], { created, changed, progressPercent }) => (
                <>
                  <span className={COLOURS[state]}>
                    {t(`rosters.state.${state}`)}
                    {state === 'applying' && ` ${progressPercent}%`}
                  </span>{' '}
                  {state !== 'checking' && state !== 'refused' && (
                    <span className="muted num">{t('rosters.history.counts', { created, changed })}</span>
                  )}
                </>
              ),
            },
          ]}
        />
      )}
    </section>
  );
}
