import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { api } from '../../platform/web/api.ts';
import { useActing } from '../../platform/web/console/me.ts';
import { Empty, ProblemNotice, SkeletonRows } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';
import type { RosterDraft, RosterLines } from '../contract.ts';

type Line = RosterLines['lines'][number];
type List = 'problems' | 'created' | 'changed' | 'leaving' | 'all';

const PAGE = 50;

/** The rows of a draft by what they have in common, problems first; searched and paged on the server. */
export function DraftLines({
  draft,
  hasFile,
  isBusy,
  onCreateClasses,
}: {
  draft: RosterDraft;
  hasFile: boolean;
  isBusy: boolean;
  onCreateClasses: () => void;
}) {
  const { appointmentId } = useActing();
  const hasProblems = draft.must + draft.look > 0;
  const [list, setList] = useState<List>(hasProblems ? 'problems' : draft.created > 0 ? 'created' : 'all');
  const [search, setSearch] = useState('');
  const counts: Record<List, number> = {
    problems: draft.must + draft.look,
    created: draft.created,
    changed: draft.changed,
    leaving: draft.leaving,
    all: draft.read - draft.merged,
  };
  return (
    <section className="card roster-lines">
      <div className="roster-tabs" role="group" aria-label={t('rosters.lists')}>
        {(['problems', 'created', 'changed', 'leaving', 'all'] as const).map((key) => (
          <button key={key} type="button" aria-pressed={key === list} onClick={() => setList(key)}>
            {t(key === 'leaving' && draft.undoes !== null ? 'rosters.undo.leaving' : `rosters.count.${key}`)}{' '}
            <span className={`num ${key === 'problems' && draft.must > 0 ? 'red' : 'muted'}`}>
              {counts[key].toLocaleString()}
            </span>
          </button>
        ))}
      </div>
      <div className="toolbar">
        <Input.Search
          enterButton={t('platform.table.find')}
          allowClear={{ clearIcon: <span aria-label={t('platform.table.clear')}>✕</span> }}
          placeholder={t('rosters.find')}
          aria-label={t('rosters.find')}
          onSearch={(text) => setSearch(text.trim())}
          style={{ maxWidth: 280 }}
        />
        <span className="roster-gap" />
        {hasProblems && (
          <Button href={`/api/roster-drafts/${draft.id}/workbook?as=${appointmentId}`} download>
            {t('rosters.download')}
          </Button>
        )}
      </div>
      <Lines key={`${list} ${search}`} draftId={draft.id} list={list} search={search}>
        {(line) =>
          line.code === 'roster_class_unknown' && (
            <Button
              size="small"
              disabled={!hasFile || isBusy}
              title={hasFile ? undefined : t('rosters.phone.again')}
              onClick={onCreateClasses}
            >
              {t('rosters.classes.create')}
            </Button>
          )
        }
      </Lines>
    </section>
  );
}

function Lines({
  draftId,
  list,
  search,
  children,
}: {
  draftId: string;
  list: List;
  search: string;
  children: (line: Line) => React.ReactNode;
}) {
  const pages = useInfiniteQuery({
    queryKey: ['roster-lines', draftId, list, search],
    queryFn: ({ pageParam }) =>
      api.get('/api/roster-drafts/{draftId}/lines', {
        path: { draftId },
        query: { list, search, after: pageParam, limit: PAGE },
      }),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next,
    placeholderData: undefined,
  });
  if (pages.isError) return <ProblemNotice error={pages.error} onRetry={pages.refetch} />;
  if (pages.isPending) return <SkeletonRows rows={6} />;
  const lines = pages.data.pages.flatMap((page) => page.lines);
  if (lines.length === 0) return <Empty title={t('rosters.list.none')} />;
  return (
    <>
      <div className="roster-scroll">
        <LineTable lines={lines} list={list} act={children} />
      </div>
      {pages.hasNextPage && (
        <p className="roster-more">
          <Button loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t('rosters.more', { count: PAGE })}
          </Button>
        </p>
      )}
    </>
  );
}

/** Rows as a table; on a narrow screen each becomes a card with its words below each other. */
export function LineTable({
  lines,
  list,
  act,
}: {
  lines: readonly Line[];
  list: List;
  act: (line: Line) => React.ReactNode;
}) {
  const isProblem = list === 'problems';
  return (
    <table className="roster-table">
      <thead>
        <tr>
          {list !== 'leaving' && <th scope="col">{t('rosters.column.row')}</th>}
          <th scope="col">{t('rosters.column.name')}</th>
          <th scope="col">{t('rosters.column.class')}</th>
          <th scope="col">{t('rosters.column.number')}</th>
          <th scope="col">{isProblem ? t('rosters.column.why') : t('rosters.column.change')}</th>
          {isProblem && <th scope="col">{t('rosters.column.suggestion')}</th>}
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.n} className={line.severity === 'must' ? 'must' : ''}>
            {list !== 'leaving' && (
              <td className="num muted">
                {line.row ?? '—'}
                {line.column && <span className="small"> {line.column}</span>}
              </td>
            )}
            <td>
              <b>{line.name || '—'}</b>
            </td>
            <td>{line.className ?? '—'}</td>
            <td className="num">{line.number || '—'}</td>
            <td>{isProblem ? <Why line={line} /> : <Change line={line} />}</td>
            {isProblem && (
              <td>
                {act(line) ||
                  (line.suggestion && (
                    <span className="muted">{t('rosters.use', { value: line.suggestion })}</span>
                  ))}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Why({ line }: { line: Line }) {
  const severity = line.severity === 'must' ? 'must' : 'look';
  return (
    <>
      <span className={`roster-tag ${severity}`}>{t(`rosters.severity.${severity}`)}</span> {line.message}
    </>
  );
}

function Change({ line }: { line: Line }) {
  if (line.outcome !== 'changed') {
    return (
      <span className="muted">
        {t(`rosters.change.${line.outcome as 'created' | 'unchanged' | 'blocked' | 'leaving'}`)}
      </span>
    );
  }
  const parts = [
    line.beforeName && t('rosters.change.from', { before: line.beforeName, after: line.name ?? '' }),
    line.beforeClassName &&
      t('rosters.change.from', { before: line.beforeClassName, after: line.className ?? '' }),
  ].filter(Boolean);
  return <>{parts.length > 0 ? parts.join('；') : t('rosters.change.other')}</>;
}
