import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import { api } from '../../../platform/web/api.ts';
import type { Plan, Slot } from '../../contract.ts';
import type { Place } from './model.ts';

export type Scope = 'week' | 'following' | 'all';
type EditBody = Parameters<typeof api.post<'/api/schools/{schoolId}/plan/edits'>>[1]['body'];
type Edit = EditBody['edits'][number];
export type SlotContent = Parameters<typeof api.post<'/api/schools/{schoolId}/plan/slots'>>[1]['body'];

/** One thing done to the draft. Slots are named by origin, because an edit of one week gives them new ids. */
export type Step =
  | {
      readonly kind: 'edit';
      readonly scope: Scope;
      readonly edits: readonly (Omit<Edit, 'itemId'> & { originId: string })[];
    }
  | { readonly kind: 'add'; readonly slot: SlotContent };

function askPlan(schoolId: string, weekNo: number | null) {
  return api.get('/api/schools/{schoolId}/plan', {
    path: { schoolId },
    query: weekNo === null ? {} : { weekNo },
  });
}

/** The draft of a week with everything that can be done to it, and a way back. */
export function usePlanner(schoolId: string, weekNo: number | null) {
  const queries = useQueryClient();
  const key = ['plan', schoolId, weekNo];
  const plan = useQuery({ queryKey: key, queryFn: () => askPlan(schoolId, weekNo) });
  const [past, setPast] = useState<readonly Step[]>([]);
  const [future, setFuture] = useState<readonly Step[]>([]);
  const [problem, setProblem] = useState<unknown>(null);

  const refresh = useCallback(
    () => queries.invalidateQueries({ queryKey: ['plan', schoolId] }),
    [queries, schoolId],
  );

  /** Does a step and returns what would take it back. */
  const perform = async (step: Step, current: Plan): Promise<Step> => {
    if (step.kind === 'add') {
      const { itemId } = await api.post('/api/schools/{schoolId}/plan/slots', {
        path: { schoolId },
        body: step.slot,
      });
      return { kind: 'edit', scope: 'all', edits: [{ originId: itemId, remove: true }] };
    }
    const found = step.edits.map(({ originId, ...edit }) => ({
      edit,
      slot: current.slots.find((slot) => slot.originId === originId),
    }));
    const edits = found.flatMap(({ edit, slot }) => (slot ? [{ ...edit, itemId: slot.itemId }] : []));
    if (edits.length > 0) {
      await api.post('/api/schools/{schoolId}/plan/edits', {
        path: { schoolId },
        body: { weekNo: current.weekNo, scope: step.scope, edits },
      });
    }
    return inverseOf(step, current);
  };

  const doing = useMutation({
    mutationFn: async ({ step, way }: { step: Step; way: 'do' | 'undo' | 'redo' }) => {
      if (!plan.data) return;
      const inverse = await perform(step, plan.data);
      if (way === 'undo') {
        setPast((steps) => steps.slice(0, -1));
        setFuture((steps) => [...steps, inverse]);
      } else {
        setPast((steps) => [...steps, inverse]);
        setFuture((steps) => (way === 'redo' ? steps.slice(0, -1) : []));
      }
    },
    onMutate: () => setProblem(null),
    onError: setProblem,
    // A refused edit may mean that somebody else was faster: look again either way.
    onSettled: refresh,
  });

  const publish = useMutation({
    mutationFn: (week: number) =>
      api.post('/api/schools/{schoolId}/weeks/{weekNo}/publications', {
        path: { schoolId, weekNo: week },
        body: {},
      }),
    onMutate: () => setProblem(null),
    onError: setProblem,
    onSettled: refresh,
  });

  return {
    plan,
    publish,
    problem,
    dismiss: () => setProblem(null),
    isBusy: doing.isPending || publish.isPending,
    canUndo: past.length > 0,
    canRedo: future.length > 0,
    run: (step: Step) => doing.mutateAsync({ step, way: 'do' }),
    undo: () => {
      const step = past.at(-1);
      if (step && !doing.isPending) doing.mutate({ step, way: 'undo' });
    },
    redo: () => {
      const step = future.at(-1);
      if (step && !doing.isPending) doing.mutate({ step, way: 'redo' });
    },
  };
}
export type Planner = ReturnType<typeof usePlanner>;

/** Moves a slot, and the one that gives way to the old place. */
export function moveStep(slot: Slot, to: Place, other: Slot | null, scope: Scope): Step {
  const edits = [{ originId: slot.originId, ...to }];
  if (other) edits.push({ originId: other.originId, weekday: slot.weekday, period: slot.period });
  return { kind: 'edit', scope, edits };
}

function inverseOf(step: Extract<Step, { kind: 'edit' }>, before: Plan): Step {
  const slots = step.edits.flatMap(
    ({ originId }) => before.slots.find((slot) => slot.originId === originId) ?? [],
  );
  const [removed] = slots;
  if (step.edits.some(({ remove }) => remove) && removed)
    return { kind: 'add', slot: contentOf(removed, step.scope, before) };
  return {
    kind: 'edit',
    scope: step.scope,
    edits: slots.map((slot) => {
      const { classroomName, ...content } = contentOf(slot, 'all', before);
      const { weeks: _weeks, ...edit } = content;
      return { originId: slot.originId, classroomName, ...edit };
    }),
  };
}

function contentOf(slot: Slot, scope: Scope, plan: Plan): SlotContent {
  const weeks = slot.weeks.filter(
    (week) => scope === 'all' || (scope === 'week' ? week === plan.weekNo : week >= plan.weekNo),
  );
  const classroomName = plan.classrooms.find(({ id }) => id === slot.classroomId)?.name ?? null;
  const { courseId, weekday, period, periodTo, mode, modeParams, audiences, staff } = slot;
  return { courseId, weekday, period, periodTo, weeks, mode, modeParams, classroomName, audiences, staff };
}
