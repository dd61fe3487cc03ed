import { Button, Input, Segmented, Select } from 'antd';
import { t } from '../../../platform/web/t.ts';
import type { Plan, Slot } from '../../contract.ts';
import { weekRanges } from '../../rules/pattern.ts';
import { classIdsOf, freePlaces, namesOf, teacherOptions, type Place } from './model.ts';
import { moveStep, type Planner, type Scope, type Step } from './use-planner.ts';
import { modeName, placeName } from './words.ts';

/** Ways of teaching a planner may choose. */
export const PLANNED_MODES = ['live', 'recording', 'external', 'contacted'] as const;

export function ScopeChoice({ scope, onChange }: { scope: Scope; onChange: (scope: Scope) => void }) {
  return (
    <Segmented<Scope>
      aria-label={t('timetable.plan.scope')}
      value={scope}
      onChange={onChange}
      options={(['week', 'following', 'all'] as const).map((value) => ({
        value,
        label: t(`timetable.plan.scope.${value}`),
      }))}
    />
  );
}

export function weeksText(weeks: readonly number[]): string {
  const { ranges, parity } = weekRanges(weeks);
  if (parity === 'odd') return t('timetable.plan.weeksOdd', { ranges });
  if (parity === 'even') return t('timetable.plan.weeksEven', { ranges });
  return t('timetable.plan.weeks', { ranges });
}

interface SlotPanelProps {
  readonly plan: Plan;
  readonly slot: Slot;
  readonly scope: Scope;
  readonly planner: Planner;
  readonly onRun: (step: Step) => void;
  readonly onLift: () => void;
}

/** One lesson of the draft: what it is, where else it would fit, and everything that can be changed. */
export function SlotPanel({ plan, slot, scope, planner, onRun, onLift }: SlotPanelProps) {
  const names = namesOf(plan);
  const edit = (change: Partial<Extract<Step, { kind: 'edit' }>['edits'][number]>): void =>
    onRun({ kind: 'edit', scope, edits: [{ originId: slot.originId, ...change }] });
  const lead = slot.staff.find(({ duty }) => duty === 'lead');
  const places = freePlaces(plan, slot);
  const isBusy = planner.isBusy;
  return (
    <section className="card" aria-labelledby="slot">
      <header>
        <h2 id="slot">
          {classIdsOf(slot)
            .map((id) => names.classes.get(id))
            .join('、')}{' '}
          {names.courses.get(slot.courseId)}
        </h2>
      </header>
      <div className="pad slot-fields">
        <Button size="small" disabled={isBusy} onClick={onLift}>
          {t('timetable.plan.lift')}
        </Button>
        <p className="muted">
          {placeName(slot)} {'·'} {weeksText(slot.weeks)}
        </p>
        {isOver(plan, slot) && <p className="muted">{t('timetable.plan.over')}</p>}
        <Field label={t('timetable.plan.course')}>
          <Select
            value={slot.courseId}
            disabled={isBusy}
            showSearch={{ optionFilterProp: 'label' }}
            onChange={(courseId) => edit({ courseId })}
            options={plan.courses.map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Field>
        <Field label={t('timetable.plan.teacher')}>
          <Select
            value={lead?.personId}
            disabled={isBusy}
            placeholder={t('timetable.plan.noTeacher')}
            showSearch={{ optionFilterProp: 'find' }}
            onChange={(personId) =>
              edit({
                staff: [
                  { personId, duty: 'lead' as const },
                  ...slot.staff.filter((row) => row.duty !== 'lead' && row.personId !== personId),
                ],
              })
            }
            options={teacherOptions(plan)}
          />
        </Field>
        <Field label={t('timetable.plan.mode')}>
          <Select
            value={slot.mode}
            disabled={isBusy}
            onChange={(mode) => edit({ mode })}
            options={PLANNED_MODES.map((mode) => ({ value: mode, label: modeName(mode) }))}
          />
        </Field>
        {slot.mode === 'external' && (
          <Field label={t('timetable.plan.link')}>
            <Input
              key={slot.itemId}
              type="url"
              defaultValue={slot.modeParams.link ?? ''}
              placeholder="https://"
              disabled={isBusy}
              onBlur={({ target }) => {
                const link = target.value.trim();
                if (link !== (slot.modeParams.link ?? '')) {
                  const { link: _old, ...rest } = slot.modeParams;
                  edit({ modeParams: link === '' ? rest : { ...rest, link } });
                }
              }}
            />
          </Field>
        )}
        <Field label={t('timetable.plan.classroom')}>
          <Input
            key={`${slot.itemId} ${slot.classroomId}`}
            defaultValue={names.classrooms.get(slot.classroomId ?? '') ?? ''}
            disabled={isBusy}
            onBlur={({ target }) => {
              const name = target.value.trim() || null;
              if (name !== (names.classrooms.get(slot.classroomId ?? '') ?? null))
                edit({ classroomName: name });
            }}
          />
        </Field>
        <FreePlaces places={places} isBusy={isBusy} onMove={(to) => onRun(moveStep(slot, to, null, scope))} />
        <Button size="small" disabled={isBusy} onClick={() => edit({ remove: true })}>
          {t(`timetable.plan.remove.${scope}`)}
        </Button>
      </div>
    </section>
  );
}

/** Whether the lesson's day in the shown week is past: what was published of it stays whatever the draft says. */
function isOver(plan: Plan, slot: Slot): boolean {
  return plan.days.some(({ day, teachesWeekday }) => teachesWeekday === slot.weekday && day < plan.today);
}

function Field({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <label className="field">
      <span className="muted small">{label}</span>
      {children}
    </label>
  );
}

function FreePlaces({
  places,
  isBusy,
  onMove,
}: {
  places: readonly Place[];
  isBusy: boolean;
  onMove: (to: Place) => void;
}) {
  return (
    <div>
      <h3 className="small">{t('timetable.plan.freePlaces')}</h3>
      {places.length === 0 && <p className="muted small">{t('timetable.plan.noFreePlace')}</p>}
      <ul className="free-places">
        {places.map((place) => (
          <li key={placeName(place)}>
            <span>{placeName(place)}</span>
            <Button size="small" disabled={isBusy} onClick={() => onMove(place)}>
              {t('timetable.plan.moveHere')}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
