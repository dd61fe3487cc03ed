import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Input, Pagination } from 'antd';
import { useState } from 'react';
import { api } from '../../platform/web/api.ts';
import { ApiProblem } from '../../platform/web/api-problem.ts';
import { ProblemNotice, SkeletonRows } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';
import type { Unit } from './units-page.tsx';

const PAGE = 50;

interface At {
  readonly code: string;
  readonly name: string;
}

/** Provinces, cities and counties of the register that lie within a unit; each is added with those above it. */
export function AddDivisions({ unit }: { unit: Unit }) {
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const [at, setAt] = useState<At | null>(null);
  const [page, setPage] = useState(1);
  const found = useQuery({
    queryKey: ['divisions', unit.id, text, at?.code, page],
    queryFn: () =>
      api.get('/api/orgs/{orgId}/divisions', {
        path: { orgId: unit.id },
        query: { page, ...(text ? { text } : at ? { parent: at.code } : {}) },
      }),
    placeholderData: (before) => before,
  });
  const add = useMutation({
    mutationFn: (body: { code: string; withBelow: boolean }) =>
      api.post('/api/orgs/{orgId}/divisions', { path: { orgId: unit.id }, body }),
    onSuccess: async ({ created }) => {
      await Promise.all(
        [['units'], ['divisions']].map((queryKey) => queries.invalidateQueries({ queryKey })),
      );
      void message.success(
        created > 0 ? t('orgs.divisions.made', { created }) : t('orgs.divisions.wasThere'),
      );
    },
    onError: (error) =>
      void message.error(error instanceof ApiProblem ? error.message : t('platform.problem.network')),
  });
  const open = (next: At | null) => {
    setText('');
    setAt(next);
    setPage(1);
  };
  return (
    <section className="card">
      <div className="division-head">
        <h2>{t('orgs.divisions.title')}</h2>
        <p className="muted">{t('orgs.divisions.lead')}</p>
        <Input.Search
          key={at?.code ?? 'top'}
          enterButton={t('platform.table.find')}
          allowClear={{ clearIcon: <span aria-label={t('platform.table.clear')}>✕</span> }}
          placeholder={t('orgs.divisions.find')}
          aria-label={t('orgs.divisions.find')}
          onSearch={(value) => {
            setText(value.trim());
            setPage(1);
          }}
        />
        {at && (
          <p>
            <Button type="link" size="small" onClick={() => open(null)}>
              ← {t('orgs.divisions.top')}
            </Button>{' '}
            <strong>{at.name}</strong>
          </p>
        )}
      </div>
      {found.isError && <ProblemNotice error={found.error} onRetry={found.refetch} />}
      {found.isPending && <SkeletonRows rows={5} />}
      {found.data && (
        <>
          {found.data.total === 0 && (
            <p className="muted pad">
              {text ? t('orgs.divisions.none', { text }) : t('orgs.divisions.noneHere')}
            </p>
          )}
          <ul className="unit-list">
            {found.data.divisions.map(({ code, name, kind, path, orgId }) => (
              <li key={code}>
                {kind === 'county' ? (
                  <span>{name}</span>
                ) : (
                  <Button
                    type="link"
                    size="small"
                    aria-label={t('orgs.divisions.open', { name })}
                    onClick={() => open({ code, name })}
                  >
                    {name}
                  </Button>
                )}
                <span className="muted num">
                  {code}
                  {text && path.length > 1 && ` · ${path.slice(0, -1).join(' ')}`}
                </span>
                <span className="division-acts">
                  {orgId === null ? (
                    <Button
                      size="small"
                      loading={add.isPending && add.variables.code === code && !add.variables.withBelow}
                      disabled={add.isPending}
                      aria-label={`${t('orgs.divisions.add')} ${name}`}
                      onClick={() => add.mutate({ code, withBelow: false })}
                    >
                      {t('orgs.divisions.add')}
                    </Button>
                  ) : (
                    <span className="green">{t('orgs.divisions.there')}</span>
                  )}
                  {kind === 'city' && (
                    <Button
                      size="small"
                      loading={add.isPending && add.variables.code === code && add.variables.withBelow}
                      disabled={add.isPending}
                      aria-label={`${t('orgs.divisions.addAll')} ${name}`}
                      onClick={() => add.mutate({ code, withBelow: true })}
                    >
                      {t('orgs.divisions.addAll')}
                    </Button>
                  )}
                </span>
              </li>
            ))}
          </ul>
          {found.data.total > PAGE && (
            <Pagination
              className="pad"
              size="small"
              current={page}
              pageSize={PAGE}
              total={found.data.total}
              showSizeChanger={false}
              onChange={setPage}
            />
          )}
        </>
      )}
    </section>
  );
}
