import { Button, Select } from 'antd';
import { useState } from 'react';
import { t } from '../../../platform/web/t.ts';
import type { Plan } from '../../contract.ts';
import { teacherOptions, type Place } from './model.ts';
import { PLANNED_MODES } from './slot-panel.tsx';
import type { Scope, SlotContent } from './use-planner.ts';
import { modeName, placeName } from './words.ts';

interface AddSlotProps {
  readonly plan: Plan;
  readonly place: Place;
  /** Class and teacher the grid stands at, when it stands at one. */
  readonly classId: string | null;
  readonly teacherId: string | null;
  readonly scope: Scope;
  readonly isBusy: boolean;
  readonly onAdd: (slot: SlotContent) => void;
}

/** An empty cell: what to teach there. */
export function AddSlot({ plan, place, classId, teacherId, scope, isBusy, onAdd }: AddSlotProps) {
  const [courseId, setCourse] = useState<string>();
  const [classIds, setClasses] = useState<string[]>(classId ? [classId] : []);
  const [personId, setTeacher] = useState<string | undefined>(teacherId ?? undefined);
  const [mode, setMode] = useState<string>('live');
  const from = scope === 'all' ? 1 : plan.weekNo;
  const to = scope === 'week' ? plan.weekNo : plan.term.weeks;
  return (
    <section className="card" aria-labelledby="add">
      <header>
        <h2 id="add">{t('timetable.plan.add', { place: placeName(place) })}</h2>
      </header>
      <div className="pad slot-fields">
        <Select
          mode="multiple"
          aria-label={t('timetable.plan.class')}
          placeholder={t('timetable.plan.class')}
          value={classIds}
          onChange={setClasses}
          showSearch={{ optionFilterProp: 'label' }}
          options={plan.classes.map(({ id, name }) => ({ value: id, label: name }))}
        />
        <Select
          aria-label={t('timetable.plan.course')}
          placeholder={t('timetable.plan.course')}
          value={courseId}
          onChange={setCourse}
          showSearch={{ optionFilterProp: 'label' }}
          options={plan.courses.map(({ id, name }) => ({ value: id, label: name }))}
        />
        <Select
          aria-label={t('timetable.plan.teacher')}
          placeholder={t('timetable.plan.teacher')}
          value={personId}
          onChange={setTeacher}
          showSearch={{ optionFilterProp: 'find' }}
          options={teacherOptions(plan)}
        />
        <Select
          aria-label={t('timetable.plan.mode')}
          value={mode}
          onChange={setMode}
          options={PLANNED_MODES.map((value) => ({ value, label: modeName(value) }))}
        />
        <Button
          type="primary"
          disabled={!courseId || classIds.length === 0}
          loading={isBusy}
          onClick={() =>
            courseId &&
            onAdd({
              courseId,
              weekday: place.weekday,
              period: place.period,
              periodTo: place.period,
              weeks: Array.from({ length: to - from + 1 }, (_, index) => from + index),
              mode,
              modeParams: {},
              classroomName: null,
              audiences: classIds.map((id) => ({ classId: id, ownTeacherId: null })),
              staff: personId ? [{ personId, duty: 'lead' }] : [],
            })
          }
        >
          {t(`timetable.plan.addIt.${scope}`)}
        </Button>
      </div>
    </section>
  );
}
