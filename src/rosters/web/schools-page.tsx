import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { api } from '../../platform/web/api.ts';
import { useActing } from '../../platform/web/console/me.ts';
import { Lead, PageHead } from '../../platform/web/console/page-head.tsx';
import { ProblemNotice } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';
import { FileDrop } from './file-drop.tsx';
import { ImportSteps } from './import-steps.tsx';
import './rosters.css';

type SchoolsImport = Awaited<ReturnType<typeof uploadSchools>>;

function uploadSchools(orgId: string, file: File) {
  const form = new FormData();
  form.set('file', file, file.name);
  return api.post('/api/orgs/{orgId}/school-imports', { path: { orgId }, form });
}

/** A list of schools into the tree: choose, look at what it would do, confirm, see what it did. */
export default function SchoolsPage() {
  const { orgId: topId, appointmentId } = useActing();
  const [search] = useSearchParams();
  const orgId = search.get('unit') ?? topId;
  const queries = useQueryClient();
  const [shown, setShown] = useState<SchoolsImport | null>(null);
  const unit = useQuery({
    queryKey: ['units', orgId, '', 1],
    queryFn: () => api.get('/api/orgs/{orgId}/units', { path: { orgId }, query: { page: 1 } }),
  });
  const upload = useMutation({ mutationFn: (file: File) => uploadSchools(orgId, file), onSuccess: setShown });
  const confirm = useMutation({
    mutationFn: (importId: string) =>
      api.post('/api/school-imports/{importId}/confirmation', { path: { importId }, body: null }),
    onSuccess: async (done) => {
      setShown(done);
      await queries.invalidateQueries({ queryKey: ['units'] });
    },
  });
  const name = unit.data?.unit.name ?? '';
  const isDone = shown?.state === 'confirmed';
  return (
    <>
      <PageHead
        back={{ to: `/units?unit=${orgId}`, label: t('rosters.schools.back') }}
        title={t('rosters.schools.title')}
        when={name}
      >
        <Button type="link" href={`/api/orgs/${orgId}/school-template?as=${appointmentId}`} download>
          {t('rosters.schools.template')}
        </Button>
      </PageHead>
      <Lead>{isDone ? t('rosters.schools.done') : t('rosters.schools.lead', { name })}</Lead>
      <ImportSteps current={shown === null ? 0 : isDone ? 3 : 1} />
      {unit.isError && <ProblemNotice error={unit.error} onRetry={unit.refetch} />}
      {upload.isError && <ProblemNotice error={upload.error} />}
      {confirm.isError && <ProblemNotice error={confirm.error} />}
      {shown === null ? (
        <FileDrop
          accept=".xlsx,.xls,.xlsm,.xlsb,.et,.ods,.csv,.tsv,.txt"
          title={t('rosters.schools.drop')}
          busyTitle={t('rosters.schools.reading')}
          isBusy={upload.isPending}
          onFile={(file) => upload.mutate(file)}
        >
          <p className="muted">{t('rosters.schools.kinds')}</p>
        </FileDrop>
      ) : (
        <Report
          shown={shown}
          isBusy={confirm.isPending}
          onAgain={() => {
            confirm.reset();
            setShown(null);
          }}
          onConfirm={() => confirm.mutate(shown.importId)}
        />
      )}
    </>
  );
}

const COUNTS = ['created', 'changed', 'unchanged', 'newDivisions', 'leaving'] as const;

function Report({
  shown: { orgId, fileName, state, report },
  isBusy,
  onAgain,
  onConfirm,
}: {
  shown: SchoolsImport;
  isBusy: boolean;
  onAgain: () => void;
  onConfirm: () => void;
}) {
  const { must, created, changed, problems } = report;
  const total = report.must + report.look;
  return (
    <section className="card pad" aria-live="polite">
      <h2>{fileName}</h2>
      <ul className="schools-counts">
        {COUNTS.map((count) => (
          <li key={count}>
            <b className="num">{report[count]}</b> {t(`rosters.schools.${count}`)}
          </li>
        ))}
      </ul>
      {state === 'checked' && (
        <p className={must > 0 ? 'red' : 'green'}>
          {must > 0 ? t('rosters.schools.mustTitle', { count: must }) : t('rosters.schools.fine')}
        </p>
      )}
      <div className="toolbar">
        {state === 'checked' ? (
          <>
            <Button
              type="primary"
              disabled={must > 0 || created + changed === 0}
              loading={isBusy}
              onClick={onConfirm}
            >
              {created + changed > 0
                ? t('rosters.schools.confirm', { count: created + changed })
                : t('rosters.schools.nothing')}
            </Button>
            <Button disabled={isBusy} onClick={onAgain}>
              {t('rosters.schools.again')}
            </Button>
          </>
        ) : (
          <Link className="button-link" to={`/units?unit=${orgId}`}>
            {t('rosters.schools.toUnits')}
          </Link>
        )}
      </div>
      {problems.length > 0 && (
        <table className="schools-problems">
          <thead>
            <tr>
              <th scope="col">{t('rosters.schools.place')}</th>
              <th scope="col">{t('rosters.schools.what')}</th>
            </tr>
          </thead>
          <tbody>
            {problems.map(({ sheet, row, column, code, severity, message }) => (
              <tr key={`${sheet} ${row} ${column} ${code}`}>
                <td className="num">
                  {[sheet, row === null ? null : `${column ?? ''}${row}`].filter(Boolean).join(' ')}
                </td>
                <td>
                  <span className={severity === 'must' ? 'red' : 'amber'}>
                    {t(`rosters.severity.${severity}`)}
                  </span>{' '}
                  {message}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {total > problems.length && (
        <p className="muted">{t('rosters.schools.more', { count: problems.length })}</p>
      )}
    </section>
  );
}
