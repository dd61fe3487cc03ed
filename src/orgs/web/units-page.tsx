import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Input, Select, Tree } from 'antd';
import { useMemo, useState } from 'react';
import { api } from '../../platform/web/api.ts';
import { ApiProblem } from '../../platform/web/api-problem.ts';
import { useActing } from '../../platform/web/console/me.ts';
import { PageHead } from '../../platform/web/console/page-head.tsx';
import { ProblemNotice, SkeletonRows } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';
import { mayHangBelow } from '../rules.ts';
import type { OrgKind } from '../tables.ts';

type Org = Awaited<ReturnType<typeof askTree>>['orgs'][number];

function askTree(orgId: string) {
  return api.get('/api/orgs/{orgId}/tree', { path: { orgId }, query: { depth: 5 } });
}

const kinds: readonly OrgKind[] = [
  'city',
  'county',
  'school',
  'campus',
  'college',
  'department',
  'grade',
  'functional',
];

interface Node {
  key: string;
  title: string;
  children: Node[];
}

function treeOf(orgs: readonly Org[]): Node[] {
  const nodes = new Map(
    orgs.map((org) => [
      org.id,
      {
        key: org.id,
        title: `${org.name}（${t(`orgs.kind.${org.kind as OrgKind}`)} · ${org.code}）`,
        children: [] as Node[],
      },
    ]),
  );
  const tops: Node[] = [];
  for (const org of orgs) {
    const node = nodes.get(org.id);
    if (!node) continue;
    const parent = org.parentId === null ? undefined : nodes.get(org.parentId);
    (parent?.children ?? tops).push(node);
  }
  return tops;
}

/** The units at and below one's own; who may, opens new ones and renames. */
export default function UnitsPage() {
  const { orgId, can } = useActing();
  const tree = useQuery({ queryKey: ['org-tree', orgId], queryFn: () => askTree(orgId) });
  const [chosenId, setChosenId] = useState(orgId);
  const nodes = useMemo(() => treeOf(tree.data?.orgs ?? []), [tree.data]);
  if (tree.isError) return <ProblemNotice error={tree.error} onRetry={tree.refetch} />;
  if (tree.isPending) return <SkeletonRows rows={8} />;
  const chosen = tree.data.orgs.find(({ id }) => id === chosenId) ?? tree.data.orgs[0];
  return (
    <>
      <PageHead
        title={t('orgs.units.title')}
        when={t('orgs.units.count', { count: tree.data.orgs.length })}
      />
      <div className="columns">
        <section className="card pad">
          <Tree
            switcherIcon={<span className="arrow-down" aria-hidden="true" />}
            treeData={nodes}
            defaultExpandAll
            blockNode
            selectedKeys={[chosenId]}
            onSelect={([key]) => key !== undefined && setChosenId(String(key))}
          />
        </section>
        {chosen && can('orgs.manage') && <UnitForms key={chosen.id} org={chosen} />}
      </div>
    </>
  );
}

function UnitForms({ org }: { org: Org }) {
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [name, setName] = useState(org.name);
  const [draft, setDraft] = useState<{ kind: OrgKind | null; code: string; name: string }>({
    kind: null,
    code: '',
    name: '',
  });
  const done = async (text: string) => {
    await queries.invalidateQueries({ queryKey: ['org-tree'] });
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
