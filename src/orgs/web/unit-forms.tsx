import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Input, Select } from 'antd';
import { useState } from 'react';
import { api } from '../../platform/web/api.ts';
import { ApiProblem } from '../../platform/web/api-problem.ts';
import { t } from '../../platform/web/t.ts';
import { mayHangBelow } from '../rules.ts';
import type { OrgKind } from '../tables.ts';
import type { Unit } from './units-page.tsx';

const kinds: readonly OrgKind[] = [
  'province',
  'city',
  'county',
  'school',
  'campus',
  'college',
  'department',
  'grade',
  'functional',
];

/** Renames a unit and opens another below it. */
export function UnitForms({ org }: { org: Unit }) {
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [name, setName] = useState(org.name);
  const [draft, setDraft] = useState<{ kind: OrgKind | null; code: string; name: string }>({
    kind: null,
    code: '',
    name: '',
  });
  const done = async (text: string) => {
    await queries.invalidateQueries({ queryKey: ['units'] });
    void message.success(text);
  };
  const failed = (error: unknown) =>
    void message.error(error instanceof ApiProblem ? error.message : t('platform.problem.network'));
  const rename = useMutation({
    mutationFn: () => api.put('/api/orgs/{orgId}/name', { path: { orgId: org.id }, body: { name } }),
    onSuccess: () => done(t('orgs.units.renamed')),
    onError: failed,
  });
  const create = useMutation({
    mutationFn: () =>
      api.post('/api/orgs', {
        body: { parentId: org.id, kind: draft.kind ?? 'functional', code: draft.code, name: draft.name },
      }),
    onSuccess: async () => {
      setDraft({ kind: null, code: '', name: '' });
      await done(t('orgs.units.created'));
    },
    onError: failed,
  });
  const possible = kinds.filter((kind) => mayHangBelow(kind, org.kind as OrgKind));
  return (
    <section className="card pad">
      <h2>{org.name}</h2>
      <div className="form-row">
        <Input
          aria-label={t('orgs.units.name')}
          value={name}
          maxLength={100}
          onChange={(event) => setName(event.target.value)}
        />
        <Button
          disabled={name.trim() === '' || name === org.name}
          loading={rename.isPending}
          onClick={() => rename.mutate()}
        >
          {t('orgs.units.rename')}
        </Button>
      </div>
      <h3>{t('orgs.units.newBelow', { name: org.name })}</h3>
      <div className="form-column">
        <Select<OrgKind>
          aria-label={t('orgs.units.kind')}
          placeholder={t('orgs.units.kind')}
          value={draft.kind}
          options={possible.map((kind) => ({ value: kind, label: t(`orgs.kind.${kind}`) }))}
          onChange={(kind) => setDraft({ ...draft, kind })}
        />
        <Input
          aria-label={t('orgs.units.name')}
          placeholder={t('orgs.units.name')}
          value={draft.name}
          maxLength={100}
          onChange={(event) => setDraft({ ...draft, name: event.target.value })}
        />
        <Input
          aria-label={t('orgs.units.code')}
          placeholder={t('orgs.units.code')}
          value={draft.code}
          maxLength={40}
          onChange={(event) => setDraft({ ...draft, code: event.target.value })}
        />
        <Button
          type="primary"
          disabled={!draft.kind || draft.name.trim() === '' || draft.code.trim() === ''}
          loading={create.isPending}
          onClick={() => create.mutate()}
        >
          {t('orgs.units.create')}
        </Button>
      </div>
    </section>
  );
}
