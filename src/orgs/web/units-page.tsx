import { useQuery } from '@tanstack/react-query';
import { Input, Pagination } from 'antd';
import { Link, useSearchParams } from 'react-router';
import { api } from '../../platform/web/api.ts';
import { useActing } from '../../platform/web/console/me.ts';
import { PageHead } from '../../platform/web/console/page-head.tsx';
import { Empty, ProblemNotice, SkeletonRows } from '../../platform/web/console/states.tsx';
import { dayTitle } from '../../platform/i18n/format.ts';
import { locale, t } from '../../platform/web/t.ts';
import type { OrgKind } from '../tables.ts';
import { AddDivisions } from './add-divisions.tsx';
import { UnitForms } from './unit-forms.tsx';
import { UnitMoves } from './unit-moves.tsx';
import './units.css';

type Found = Awaited<ReturnType<typeof askUnits>>;
export type Unit = Found['unit'];

const PAGE = 50;
/** Kinds that hold divisions of the register. */
const HOLDS_DIVISIONS: ReadonlySet<string> = new Set(['ministry', 'province', 'city']);

function askUnits(orgId: string, text: string, page: number) {
  return api.get('/api/orgs/{orgId}/units', {
    path: { orgId },
    query: { page, ...(text ? { text } : {}) },
  });
}

/** The tree below one's own unit, a level at a time, searched at any depth; who may, adds and renames. */
export default function UnitsPage() {
  const { orgId: topId, can } = useActing();
  const [search, setSearch] = useSearchParams();
  const orgId = search.get('unit') ?? topId;
  const text = search.get('find') ?? '';
  const page = Math.max(1, Number.parseInt(search.get('page') ?? '1', 10) || 1);
  const found = useQuery({
    queryKey: ['units', orgId, text, page],
    queryFn: () => askUnits(orgId, text, page),
    placeholderData: (before) => before,
  });
  const put = (next: Record<string, string>) => {
    const wanted = { unit: orgId, find: text, ...next };
    setSearch(new URLSearchParams(Object.entries(wanted).filter(([, value]) => value !== '')));
  };
  if (found.isError) return <ProblemNotice error={found.error} onRetry={found.refetch} />;
  if (found.isPending) return <SkeletonRows rows={8} />;
  const { unit, total } = found.data;
  const mayManage = can('orgs.manage');
  return (
    <>
      <PageHead
        title={t('orgs.units.title')}
        when={text ? t('orgs.units.found', { total }) : t('orgs.units.below', { total })}
      >
        {can('rosters.importUnits') && (
          <Link className="button-link" to={`/units/import?unit=${unit.id}`}>
            {t('orgs.units.importSchools')}
          </Link>
        )}
      </PageHead>
      <Path found={found.data} topId={topId} />
      <div className="toolbar">
        <Input.Search
          key={`${orgId} ${text}`}
          enterButton={t('platform.table.find')}
          allowClear={{ clearIcon: <span aria-label={t('platform.table.clear')}>✕</span> }}
          defaultValue={text}
          placeholder={t('orgs.units.find')}
          aria-label={t('orgs.units.find')}
          onSearch={(value) => put({ find: value.trim() })}
          style={{ maxWidth: 360 }}
        />
      </div>
      <div className="columns">
        <section className="card" aria-label={unit.name}>
          <UnitList found={found.data} text={text} mayManage={mayManage} />
          {total > PAGE && (
            <Pagination
              className="pad"
              size="small"
              current={page}
              pageSize={PAGE}
              total={total}
              showSizeChanger={false}
              onChange={(next) => put({ page: String(next) })}
            />
          )}
        </section>
        <div className="unit-side">
          {mayManage && <UnitForms key={unit.id} org={unit} />}
          {mayManage && HOLDS_DIVISIONS.has(unit.kind) && <AddDivisions key={`${unit.id} add`} unit={unit} />}
          <UnitMoves key={`${unit.id} moves`} unit={unit} mayManage={mayManage} />
        </div>
      </div>
    </>
  );
}

/** From one's own unit down to the one shown; units above one's own are not opened. */
function Path({ found: { above, unit }, topId }: { found: Found; topId: string }) {
  const start = above.findIndex(({ id }) => id === topId);
  return (
    <nav aria-label={t('orgs.units.path')} className="unit-path">
      {(start < 0 ? [] : above.slice(start)).map(({ id, name }) => (
        <span key={id}>
          <Link to={`/units?unit=${id}`}>{name}</Link>
          <span aria-hidden="true"> › </span>
        </span>
      ))}
      <strong>{unit.name}</strong>{' '}
      <span className="muted num">
        {t(`orgs.kind.${unit.kind as OrgKind}`)} · {unit.code}
      </span>
    </nav>
  );
}

function UnitList({ found, text, mayManage }: { found: Found; text: string; mayManage: boolean }) {
  const { unit, units } = found;
  if (units.length === 0) {
    if (text) return <Empty title={t('orgs.units.noneFound', { name: unit.name, text })} />;
    const next = !mayManage
      ? t('orgs.units.emptyLook')
      : HOLDS_DIVISIONS.has(unit.kind)
        ? t('orgs.units.emptyDivision')
        : t('orgs.units.emptySchools');
    return (
      <Empty title={t('orgs.units.empty', { name: unit.name })}>
        <p className="muted">{next}</p>
      </Empty>
    );
  }
  return (
    <ul className="unit-list">
      {units.map((row) => (
        <li key={row.id}>
          <Link to={`/units?unit=${row.id}`}>{row.name}</Link>
          <span className="muted num">
            {t(`orgs.kind.${row.kind as OrgKind}`)} · {row.code}
            {text && row.parentId !== unit.id && <> · {t('orgs.units.in', { name: row.parentName })}</>}
          </span>
          {row.before && (
            <span className="muted num">
              {t(row.before.isMerge ? 'orgs.moves.beforeMerge' : 'orgs.moves.before', {
                until: dayTitle(row.before.until, locale(), 0),
                name: row.before.name,
              })}
            </span>
          )}
          {row.childCount > 0 && (
            <span className="muted num unit-count">
              {t('orgs.units.children', { count: row.childCount })}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
