import { Button, Segmented, Select } from 'antd';
import { useEffect, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useActing } from '../../../platform/web/console/me.ts';
import { PageHead } from '../../../platform/web/console/page-head.tsx';
import { Empty, ProblemNotice, SkeletonRows } from '../../../platform/web/console/states.tsx';
import { dayTitle } from '../../../platform/i18n/format.ts';
import { locale, t } from '../../../platform/web/t.ts';
import type { Plan, Slot } from '../../contract.ts';
import { AddSlot } from './add-slot.tsx';
import { ComparePanel } from './compare-panel.tsx';
import { classIdsOf, isOf, teacherOptions, verdictFor, type View } from './model.ts';
import '../mode-colours.css';
import './planner.css';
import { SchoolGrid, shownClasses } from './school-grid.tsx';
import { ScopeChoice, SlotPanel } from './slot-panel.tsx';
import type { GridCell } from './use-grid.ts';
import { moveStep, usePlanner, type Planner, type Scope, type Step } from './use-planner.ts';
import { WeekGrid } from './week-grid.tsx';
import { cellWords, placeName, slotName, verdictWords } from './words.ts';

/** The planner: a week of the draft, edited by mouse or keyboard, and published. */
export default function PlanPage() {
  const { orgId, can } = useActing();
  const [search, setSearch] = useSearchParams();
  const weekNo = Number(search.get('week')) || null;
  const planner = usePlanner(orgId, weekNo);
  const { plan } = planner;
  if (plan.isError) return <ProblemNotice error={plan.error} onRetry={plan.refetch} />;
  if (plan.isPending) return <SkeletonRows rows={12} />;
  const put = (name: string, value: string | null): void => {
    const next = new URLSearchParams(search);
    if (value === null) next.delete(name);
    else next.set(name, value);
    setSearch(next, { replace: true });
  };
  return (
    <>
      <PlanHead
        plan={plan.data}
        planner={planner}
        canPublish={can('timetable.publishWeek')}
        onWeek={(week) => put('week', `${week}`)}
      />
      {plan.data.slots.length === 0 && plan.data.bellPlans.length === 0 ? (
        <Empty title={t('timetable.plan.empty')}>
          <p>
            <Link className="button-link" to="/timetable/import">
              {t('timetable.plan.toImport')}
            </Link>
          </p>
        </Empty>
      ) : (
        <Planning
          plan={plan.data}
          planner={planner}
          search={search}
          put={put}
          canEdit={can('timetable.editPlan')}
        />
      )}
    </>
  );
}

function PlanHead({
  plan,
  planner,
  canPublish,
  onWeek,
}: {
  plan: Plan;
  planner: Planner;
  canPublish: boolean;
  onWeek: (weekNo: number) => void;
}) {
  const [first, last] = [plan.days[0]?.day ?? plan.today, plan.days.at(-1)?.day ?? plan.today];
  const year = Number(plan.today.slice(0, 4));
  const { changes, weekNo } = plan;
  return (
    <PageHead
      title={t('timetable.plan.title')}
      when={`${t('platform.week', { week: weekNo })} · ${dayTitle(first, locale(), year)}—${dayTitle(last, locale(), year)}`}
    >
      <Select
        aria-label={t('timetable.plan.chooseWeek')}
        value={weekNo}
        onChange={onWeek}
        options={Array.from({ length: plan.term.weeks }, (_, index) => ({
          value: index + 1,
          label: t('platform.week', { week: index + 1 }),
        }))}
      />
      <Button
        aria-keyshortcuts="Control+Z"
        disabled={!planner.canUndo || planner.isBusy}
        onClick={planner.undo}
      >
        {t('timetable.plan.undo')}
      </Button>
      <Button
        aria-keyshortcuts="Control+Y"
        disabled={!planner.canRedo || planner.isBusy}
        onClick={planner.redo}
      >
        {t('timetable.plan.redo')}
      </Button>
      <Link className="button-link" to="/timetable/import">
        {t('timetable.plan.import')}
      </Link>
      {canPublish && (
        <Button
          type="primary"
          loading={planner.publish.isPending}
          disabled={changes.length === 0 || planner.isBusy}
          onClick={() => planner.publish.mutate(weekNo)}
        >
          {t('timetable.plan.publish', { week: weekNo, count: changes.length })}
        </Button>
      )}
    </PageHead>
  );
}

interface PlanningProps {
  readonly plan: Plan;
  readonly planner: Planner;
  readonly search: URLSearchParams;
  readonly put: (name: string, value: string | null) => void;
  readonly canEdit: boolean;
}

function viewOf(plan: Plan, search: URLSearchParams): View {
  const classes = shownClasses(plan, null);
  const classId = search.get('class') ?? classes[0]?.id;
  const teacherId = search.get('teacher') ?? plan.teachers[0]?.id;
  const kind = search.get('view') ?? (matchMedia('(max-width: 767px)').matches ? 'class' : 'school');
  if (kind === 'class' && classId) return { kind, id: classId };
  if (kind === 'teacher' && teacherId) return { kind, id: teacherId };
  return { kind: 'school' };
}

function Planning({ plan, planner, search, put, canEdit }: PlanningProps) {
  const view = viewOf(plan, search);
  const [scope, setScope] = useState<Scope>(plan.published ? 'week' : 'all');
  const [liftedId, setLifted] = useState<string | null>(null);
  const [chosenId, setChosen] = useState<string | null>(null);
  const [emptyCell, setEmptyCell] = useState<GridCell | null>(null);
  const [spoken, setSpoken] = useState('');
  const lifted = plan.slots.find(({ originId }) => originId === liftedId) ?? null;
  const chosen = plan.slots.find(({ originId }) => originId === chosenId) ?? null;
  const isOnClassOf = (slot: Slot, cell: GridCell): boolean =>
    view.kind !== 'school' || (cell.classId !== null && classIdsOf(slot).includes(cell.classId));

  const run = (step: Step, words?: string): void => {
    planner.run(step).then(
      () => setSpoken(words ?? t('timetable.plan.saved')),
      // The refusal itself is shown and read out by the notice.
      () => setSpoken(''),
    );
  };
  const drop = (cell: GridCell): void => {
    setLifted(null);
    if (!lifted || (cell.place.weekday === lifted.weekday && cell.place.period === lifted.period)) return;
    if (!isOnClassOf(lifted, cell)) return setSpoken(t('timetable.plan.otherClass'));
    const verdict = verdictFor(plan, lifted, cell.place);
    const other = verdict.kind === 'swap' ? verdict.other : null;
    run(
      moveStep(lifted, cell.place, other, scope),
      t('timetable.plan.moved', { place: placeName(cell.place) }),
    );
  };
  const events = {
    onVisit: (cell: GridCell) => {
      if (lifted) setSpoken(verdictWords(verdictFor(plan, lifted, cell.place), cell.place, plan));
    },
    onLift: (slot: Slot) => {
      if (!canEdit) return;
      setLifted(slot.originId);
      setChosen(slot.originId);
      setSpoken(t('timetable.plan.lifted', { lesson: slotName(slot, plan) }));
    },
    onDrop: drop,
    onCancel: () => {
      setLifted(null);
    },
    onOpen: (cell: GridCell) => {
      setChosen(cell.slot?.originId ?? null);
      setEmptyCell(cell.slot ? null : cell);
      setSpoken(cellWords(cell.place, cell.slot, plan));
    },
  };
  const { undo, redo } = planner;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.target instanceof HTMLInputElement) return;
      if (event.key === 'z' && !event.shiftKey) undo();
      else if (event.key === 'y' || (event.key === 'z' && event.shiftKey)) redo();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [undo, redo]);

  return (
    <>
      <PlanToolbar plan={plan} view={view} search={search} put={put} scope={scope} onScope={setScope} />
      {planner.problem !== null && (
        <div className="verdict">
          <ProblemNotice error={planner.problem} />
          <Button size="small" type="text" onClick={planner.dismiss}>
            {t('timetable.plan.dismiss')}
          </Button>
        </div>
      )}
      <p className="spoken" role="status" aria-live="polite">
        {spoken}
      </p>
      <div className="columns">
        <div className="card pad">
          {view.kind === 'school' ? (
            <SchoolGrid
              plan={plan}
              lifted={lifted}
              chosen={chosen}
              events={events}
              yearGroup={search.get('year')}
              onClass={(id) => {
                put('view', 'class');
                put('class', id);
              }}
            />
          ) : (
            <WeekGrid plan={plan} view={view} lifted={lifted} chosen={chosen} events={events} />
          )}
          <p className="muted small">{t('timetable.plan.keys')}</p>
        </div>
        <div className="plan-side">
          {chosen && canEdit && (
            <SlotPanel
              key={chosen.itemId}
              plan={plan}
              slot={chosen}
              scope={scope}
              planner={planner}
              onRun={run}
              onLift={() => events.onLift(chosen)}
            />
          )}
          {emptyCell && !chosen && canEdit && (
            <AddSlot
              key={`${placeName(emptyCell.place)} ${emptyCell.classId}`}
              plan={plan}
              place={emptyCell.place}
              classId={emptyCell.classId}
              teacherId={view.kind === 'teacher' ? view.id : null}
              scope={scope}
              isBusy={planner.isBusy}
              onAdd={(slot) => {
                run({ kind: 'add', slot });
                setEmptyCell(null);
              }}
            />
          )}
          <ComparePanel plan={plan} />
        </div>
      </div>
    </>
  );
}

function PlanToolbar({
  plan,
  view,
  search,
  put,
  scope,
  onScope,
}: Pick<PlanningProps, 'plan' | 'search' | 'put'> & {
  view: View;
  scope: Scope;
  onScope: (scope: Scope) => void;
}) {
  const yearGroups = [...new Set(plan.classes.flatMap(({ yearGroup }) => yearGroup ?? []))];
  const clashes = plan.clashes.length;
  const busy = new Set(plan.slots.filter((slot) => isOf(slot, view)).map(({ itemId }) => itemId));
  return (
    <div className="toolbar">
      <Segmented
        aria-label={t('timetable.plan.view')}
        value={view.kind}
        onChange={(kind) => put('view', kind)}
        options={(['class', 'school', 'teacher'] as const).map((kind) => ({
          value: kind,
          label: t(`timetable.plan.view.${kind}`),
        }))}
      />
      {view.kind === 'school' && yearGroups.length > 1 && (
        <Select
          aria-label={t('timetable.plan.yearGroup')}
          value={search.get('year') ?? ''}
          onChange={(year) => put('year', year === '' ? null : year)}
          options={[
            { value: '', label: t('timetable.plan.allYears') },
            ...yearGroups.map((year) => ({ value: year, label: t('timetable.plan.year', { year }) })),
          ]}
        />
      )}
      {view.kind === 'class' && (
        <Select
          aria-label={t('timetable.plan.class')}
          value={view.id}
          onChange={(id) => put('class', id)}
          showSearch={{ optionFilterProp: 'label' }}
          options={plan.classes.map(({ id, name }) => ({ value: id, label: name }))}
        />
      )}
      {view.kind === 'teacher' && (
        <Select
          aria-label={t('timetable.plan.teacher')}
          value={view.id}
          onChange={(id) => put('teacher', id)}
          showSearch={{ optionFilterProp: 'find' }}
          options={teacherOptions(plan)}
        />
      )}
      <ScopeChoice scope={scope} onChange={onScope} />
      {clashes > 0 && (
        <span className="amber">
          {t('timetable.plan.clashes', {
            count: plan.clashes.filter(({ first, second }) => busy.has(first) || busy.has(second)).length,
          })}
        </span>
      )}
    </div>
  );
}
