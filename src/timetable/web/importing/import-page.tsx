import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Checkbox, Steps } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../../../platform/web/api.ts';
import { useActing } from '../../../platform/web/console/me.ts';
import { Lead, PageHead } from '../../../platform/web/console/page-head.tsx';
import { ProblemNotice } from '../../../platform/web/console/states.tsx';
import { t } from '../../../platform/web/t.ts';
import './import.css';
import { ProblemList, Questions, type Choices } from './questions.tsx';
import { uploadTimetable, type MatrixImport } from './upload.ts';

const NO_CHOICES: Choices = { classes: {}, teachers: {}, cells: {} };

/** A timetable workbook: choose, look at what it would do and settle what is open, confirm. */
export default function ImportPage() {
  const { orgId } = useActing();
  const queries = useQueryClient();
  const [choices, setChoices] = useState<Choices>(NO_CHOICES);
  const upload = useMutation({
    mutationFn: (file: File) => uploadTimetable(orgId, file),
    onMutate: () => setChoices(NO_CHOICES),
  });
  const uploaded = upload.data;
  const recheck = useQuery({
    queryKey: ['timetable-import', uploaded?.importId, choices],
    queryFn: async () => {
      const path = { importId: uploaded?.importId ?? '' };
      return (await api.post('/api/timetable-imports/{importId}/check', {
        path,
        body: choices,
      })) as MatrixImport;
    },
    enabled: uploaded !== undefined && choices !== NO_CHOICES,
  });
  const confirm = useMutation({
    mutationFn: async (importId: string) =>
      (await api.post('/api/timetable-imports/{importId}/confirmation', {
        path: { importId },
        body: choices,
      })) as MatrixImport,
    onSuccess: () => queries.invalidateQueries({ queryKey: ['plan'] }),
  });
  const current = confirm.data ?? recheck.data ?? uploaded;
  const problem = upload.error ?? recheck.error ?? confirm.error;
  const step = confirm.data ? 2 : current ? 1 : 0;
  return (
    <>
      <PageHead title={t('timetable.import.title')} />
      <Steps
        size="small"
        current={step}
        items={[
          { title: t('timetable.import.choose') },
          { title: t('timetable.import.check') },
          { title: t('timetable.import.done') },
        ]}
        className="import-steps"
      />
      {problem && <ProblemNotice error={problem} />}
      {!confirm.data && (
        <Chooser
          isBusy={upload.isPending}
          hasFile={current !== undefined}
          onFile={(file) => upload.mutate(file)}
        />
      )}
      {current && !confirm.data && (
        <Check
          current={current}
          schoolId={orgId}
          choices={choices}
          onChoices={setChoices}
          isBusy={recheck.isFetching || confirm.isPending}
          onConfirm={() => confirm.mutate(current.importId)}
        />
      )}
      {confirm.data && <Done done={confirm.data} />}
    </>
  );
}

function Chooser({
  isBusy,
  hasFile,
  onFile,
}: {
  isBusy: boolean;
  hasFile: boolean;
  onFile: (file: File) => void;
}) {
  return (
    <div className="toolbar">
      <label className={`file-button ${hasFile ? '' : 'main'}`}>
        {isBusy
          ? t('timetable.import.reading')
          : hasFile
            ? t('timetable.import.other')
            : t('timetable.import.file')}
        <input
          type="file"
          className="vh"
          disabled={isBusy}
          accept=".xlsx,.xls,.csv,.et,.ods,.html,.htm,.json"
          onChange={({ target }) => {
            const [file] = target.files ?? [];
            if (file) onFile(file);
            // The same file, corrected and saved under its old name, must be choosable again.
            target.value = '';
          }}
        />
      </label>
      {!hasFile && <p className="muted">{t('timetable.import.shapes')}</p>}
    </div>
  );
}

interface CheckProps {
  readonly current: MatrixImport;
  readonly schoolId: string;
  readonly choices: Choices;
  readonly onChoices: (choices: Choices) => void;
  readonly isBusy: boolean;
  readonly onConfirm: () => void;
}

function Check({ current, schoolId, choices, onChoices, isBusy, onConfirm }: CheckProps) {
  const { report, fileName } = current;
  const blocking = report.problems.filter(({ severity }) => severity === 'must').length;
  return (
    <>
      <Lead>
        {blocking > 0
          ? t('timetable.import.blocked', { count: blocking })
          : t('timetable.import.ready', { file: fileName })}
      </Lead>
      <Counts report={report} />
      {report.makesBells && <p className="notice">{t('timetable.import.makesBells')}</p>}
      {report.kind === 'term' && (
        <TermChoices report={report} choices={choices} onChoices={onChoices} isBusy={isBusy} />
      )}
      <Questions schoolId={schoolId} report={report} choices={choices} onChoices={onChoices} />
      <ProblemList report={report} />
      <div className="toolbar">
        <Button type="primary" disabled={blocking > 0} loading={isBusy} onClick={onConfirm}>
          {t('timetable.import.confirm', { count: report.created + report.changed + report.leaving })}
        </Button>
        <span className="muted">{t('timetable.import.draftOnly')}</span>
      </div>
    </>
  );
}

/** What a list of a whole term brings along, and whether teachers the roster lacks are made. */
function TermChoices({
  report,
  choices,
  onChoices,
  isBusy,
}: Pick<CheckProps, 'choices' | 'onChoices' | 'isBusy'> & { report: MatrixImport['report'] }) {
  const unknown = report.questions.teachers.filter(({ candidates }) => candidates.length === 0).length;
  return (
    <>
      {report.newClasses > 0 && <p>{t('timetable.import.newClasses', { count: report.newClasses })}</p>}
      {report.composed > 0 && <p>{t('timetable.import.composed', { count: report.composed })}</p>}
      {report.withProblem > 0 && (
        <p className="amber">{t('timetable.import.withProblem', { count: report.withProblem })}</p>
      )}
      {(unknown > 0 || choices.createTeachers) && (
        <p>
          <Checkbox
            checked={choices.createTeachers ?? false}
            disabled={isBusy}
            onChange={({ target }) => onChoices({ ...choices, createTeachers: target.checked })}
          >
            {t('timetable.import.createTeachers', { count: unknown + report.newTeachers })}
          </Checkbox>
        </p>
      )}
    </>
  );
}

function Counts({ report }: { report: MatrixImport['report'] }) {
  return (
    <dl className="import-counts">
      {(['read', 'created', 'changed', 'unchanged', 'leaving', 'dropped', 'merged'] as const).map((name) => (
        <div key={name} className={report[name] === 0 ? 'zero' : ''}>
          <dt>{t(`timetable.import.count.${name}`)}</dt>
          <dd className="num">{report[name]}</dd>
        </div>
      ))}
    </dl>
  );
}

function Done({ done }: { done: MatrixImport }) {
  return (
    <>
      <Lead>{t('timetable.import.imported', { file: done.fileName, count: done.report.draft })}</Lead>
      <Counts report={done.report} />
      <p>
        <Link className="button-link" to="/timetable">
          {t('timetable.import.toPlan')}
        </Link>
      </p>
      <ProblemList report={done.report} />
    </>
  );
}
