import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Segmented } from 'antd';
import { useState } from 'react';
import { api } from '../../platform/web/api.ts';
import { ApiProblem } from '../../platform/web/api-problem.ts';
import { DataTable, type DataColumn } from '../../platform/web/console/data-table.tsx';
import { useActing } from '../../platform/web/console/me.ts';
import { Lead, PageHead } from '../../platform/web/console/page-head.tsx';
import { ProblemNotice, SkeletonRows } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';
import type { OfficerRole } from '../tables.ts';
import { OfficerDialog } from './officer-dialog.tsx';

export type UnitWithOfficers = Awaited<ReturnType<typeof askOfficers>>['units'][number];
type Officer = NonNullable<UnitWithOfficers[OfficerRole]>;

/** A unit and a role of it: one line of the list that bureaus hand in. */
interface Line {
  readonly unit: UnitWithOfficers;
  readonly role: OfficerRole;
  readonly officer: Officer | null;
}

const roles: readonly OfficerRole[] = ['responsible', 'liaison'];

function askOfficers(orgId: string) {
  return api.get('/api/orgs/{orgId}/officers', { path: { orgId } });
}

/** Who answers for online teaching in one's own unit and in those below, and whom one calls; who is missing comes first. */
export default function OfficersPage() {
  const { orgId, can } = useActing();
  const [missingOnly, setMissingOnly] = useState(false);
  const [edited, setEdited] = useState<Line | null>(null);
  const list = useQuery({ queryKey: ['officers', orgId], queryFn: () => askOfficers(orgId) });
  const clear = useClearing(orgId);
  if (list.isError) return <ProblemNotice error={list.error} onRetry={list.refetch} />;
  if (list.isPending) return <SkeletonRows rows={8} />;
  const { units, complete } = list.data;
  const lines = units.flatMap((unit) => roles.map((role): Line => ({ unit, role, officer: unit[role] })));
  const missing = lines.filter(({ officer }) => officer === null);
  const mayName = can('orgs.nameOfficers');
  return (
    <>
      <PageHead title={t('orgs.officers.title')} when={units[0]?.name ?? ''} />
      <Lead>
        {missing.length === 0
          ? t('orgs.officers.complete', { count: units.length })
          : t('orgs.officers.open', { complete, count: units.length, missing: missing.length })}
      </Lead>
      <DataTable
        rows={missingOnly ? missing : lines}
        columns={columns(mayName ? { edit: setEdited, clear } : null)}
        rowKey={({ unit, role }) => `${unit.orgId} ${role}`}
        find={t('orgs.officers.find')}
        exportAs={`${units[0]?.name ?? ''} ${t('orgs.officers.title')}`}
      >
        <Segmented<string>
          aria-label={t('orgs.officers.shown')}
          value={missingOnly ? 'missing' : 'all'}
          onChange={(value) => setMissingOnly(value === 'missing')}
          options={[
            { value: 'all', label: t('orgs.officers.all') },
            { value: 'missing', label: t('orgs.officers.missing', { count: missing.length }) },
          ]}
        />
      </DataTable>
      {edited && (
        <OfficerDialog
          key={`${edited.unit.orgId} ${edited.role}`}
          unit={edited.unit}
          role={edited.role}
          officer={edited.officer}
          onDone={() => setEdited(null)}
        />
      )}
    </>
  );
}

function useClearing(orgId: string) {
  const { message } = App.useApp();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ unit, role }: Line) =>
      api.delete('/api/orgs/{orgId}/officers/{role}', { path: { orgId: unit.orgId, role }, body: null }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['officers', orgId] });
      void message.success(t('orgs.officers.cleared'));
    },
    onError: (error) =>
      void message.error(error instanceof ApiProblem ? error.message : t('platform.problem.network')),
  });
}

interface Acts {
  readonly edit: (line: Line) => void;
  readonly clear: ReturnType<typeof useClearing>;
}

function columns(acts: Acts | null): DataColumn<Line>[] {
  const of = (read: (officer: Officer) => string) => (line: Line) => (line.officer ? read(line.officer) : '');
  return [
    { key: 'unit', title: t('orgs.officers.column.unit'), text: ({ unit }) => unit.name },
    {
      key: 'role',
      title: t('orgs.officers.column.role'),
      isFilter: true,
      text: ({ role }) => t(`orgs.officers.role.${role}`),
    },
    {
      key: 'name',
      title: t('orgs.officers.column.name'),
      text: of(({ name }) => name),
      render: ({ officer }) =>
        officer ? officer.name : <span className="amber">{t('orgs.officers.none')}</span>,
    },
    {
      key: 'sex',
      title: t('orgs.officers.column.sex'),
      onPhone: 'absent',
      text: of(({ sex }) => (sex ? t(`orgs.officers.sex.${sex}`) : '')),
    },
    {
      key: 'department',
      title: t('orgs.officers.column.department'),
      onPhone: 'absent',
      text: of(({ department }) => department),
    },
    {
      key: 'post',
      title: t('orgs.officers.column.post'),
      onPhone: 'absent',
      text: of(({ post }) => post),
    },
    {
      key: 'phone',
      title: t('orgs.officers.column.phone'),
      text: of(({ phone }) => phone),
      render: ({ officer }) => (officer ? <a href={`tel:${officer.phone}`}>{officer.phone}</a> : ''),
    },
    {
      key: 'email',
      title: t('orgs.officers.column.email'),
      onPhone: 'absent',
      text: of(({ email }) => email),
      render: ({ officer }) =>
        officer?.email ? <a href={`mailto:${officer.email}`}>{officer.email}</a> : '',
    },
    {
      key: 'filledOn',
      title: t('orgs.officers.column.filledOn'),
      onPhone: 'absent',
      text: of(({ filledOn }) => filledOn),
    },
    ...(acts === null
      ? []
      : [
          {
            key: 'acts',
            title: t('orgs.officers.column.acts'),
            isAside: true,
            text: () => '',
            render: (line: Line) => <LineActs line={line} acts={acts} />,
          },
        ]),
  ];
}

function LineActs({ line, acts }: { line: Line; acts: Acts }) {
  const { modal } = App.useApp();
  const { unit, role, officer } = line;
  const names = { unit: unit.name, role: t(`orgs.officers.role.${role}`) };
  return (
    <span className="row-actions">
      <Button
        size="small"
        aria-label={t(officer ? 'orgs.officers.changeOf' : 'orgs.officers.nameOf', names)}
        onClick={() => acts.edit(line)}
      >
        {t(officer ? 'orgs.officers.change' : 'orgs.officers.name')}
      </Button>
      {officer && (
        <Button
          size="small"
          aria-label={t('orgs.officers.clearOf', names)}
          onClick={() =>
            modal.confirm({
              title: t('orgs.officers.clearAsk', { ...names, name: officer.name }),
              okText: t('orgs.officers.clear'),
              cancelText: t('orgs.officers.keep'),
              onOk: () => acts.clear.mutateAsync(line),
            })
          }
        >
          {t('orgs.officers.clear')}
        </Button>
      )}
    </span>
  );
}
