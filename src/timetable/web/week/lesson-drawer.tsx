import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Input, Select } from 'antd';
import { useState } from 'react';
import { api } from '../../../platform/web/api.ts';
import { useActing } from '../../../platform/web/console/me.ts';
import { ProblemNotice } from '../../../platform/web/console/states.tsx';
import { dayAndWeekday, dayTitle, timeRange } from '../../../platform/i18n/format.ts';
import { locale, t } from '../../../platform/web/t.ts';
import { weekdayOf } from '../../../calendar/rules/days.ts';
import type { LessonCard, ShownWeek } from '../../contract.ts';
import { modeName, weekdayName } from '../planner/words.ts';
import { shownDays } from './shown-week.ts';

interface DrawerProps {
  readonly lesson: LessonCard;
  readonly week: ShownWeek;
  readonly onDone: () => void;
}

/** One published lesson: what it is, and for those who may, move, swap, cancel, restore, substitute. */
export function LessonDrawer({ lesson, week, onDone }: DrawerProps) {
  const { can } = useActing();
  const [reason, setReason] = useState('');
  const path = { day: lesson.day, lessonId: lesson.lessonId };
  const why = reason.trim() === '' ? null : reason.trim();
  const change = useMutation({ mutationFn: (act: () => Promise<unknown>) => act(), onSuccess: onDone });
  const year = Number(week.today.slice(0, 4));
  const canChange =
    can('timetable.changeLesson') && (lesson.status === 'planned' || lesson.status === 'cancelled');
  return (
    <div className="slot-fields">
      <dl className="facts">
        <dt>{t('timetable.change.when')}</dt>
        <dd className="num">
          {dayAndWeekday(lesson.day, locale(), year)}{' '}
          {timeRange(lesson.startsAt, lesson.endsAt, week.timeZone)}
        </dd>
        <dt>{t('timetable.plan.teacher')}</dt>
        <dd>{lesson.leadName ?? t('timetable.plan.noTeacher')}</dd>
        <dt>{t('timetable.plan.mode')}</dt>
        <dd>{modeName(lesson.mode)}</dd>
        {lesson.topic && (
          <>
            <dt>{t('timetable.change.topic')}</dt>
            <dd>{lesson.topic}</dd>
          </>
        )}
      </dl>
      {change.isError && <ProblemNotice error={change.error} />}
      {canChange && (
        <>
          <label className="field">
            <span className="muted small">{t('timetable.change.reason')}</span>
            <Input value={reason} maxLength={200} onChange={({ target }) => setReason(target.value)} />
          </label>
          {lesson.status === 'cancelled' ? (
            <Button
              loading={change.isPending}
              onClick={() =>
                change.mutate(() =>
                  api.post('/api/lessons/{day}/{lessonId}/restoration', { path, body: { reason: why } }),
                )
              }
            >
              {t('timetable.change.restore')}
            </Button>
          ) : (
            <>
              <MoveForm
                lesson={lesson}
                week={week}
                isBusy={change.isPending}
                onMove={(body) =>
                  change.mutate(() =>
                    api.post('/api/lessons/{day}/{lessonId}/moves', { path, body: { ...body, reason: why } }),
                  )
                }
              />
              <SubstituteForm
                isBusy={change.isPending}
                onChoose={(personId) =>
                  change.mutate(() =>
                    api.post('/api/lessons/{day}/{lessonId}/substitution', {
                      path,
                      body: { personId, reason: why },
                    }),
                  )
                }
              />
              <Button
                loading={change.isPending}
                onClick={() =>
                  change.mutate(() =>
                    api.post('/api/lessons/{day}/{lessonId}/cancellation', { path, body: { reason: why } }),
                  )
                }
              >
                {t('timetable.change.cancel')}
              </Button>
            </>
          )}
          <p className="muted small">{t('timetable.change.tells')}</p>
        </>
      )}
    </div>
  );
}

interface MoveBody {
  readonly to: { day: string; period: number } | null;
  readonly swapWith: { day: string; lessonId: string } | null;
}

function MoveForm({
  lesson,
  week,
  isBusy,
  onMove,
}: {
  lesson: LessonCard;
  week: ShownWeek;
  isBusy: boolean;
  onMove: (body: MoveBody) => void;
}) {
  const [day, setDay] = useState<string>(lesson.day);
  const [period, setPeriod] = useState<number | null>(null);
  const year = Number(week.today.slice(0, 4));
  const other = week.lessons.find(
    (row) =>
      row.day === day &&
      row.period === period &&
      row.lessonId !== lesson.lessonId &&
      row.status === 'planned',
  );
  return (
    <fieldset className="change-form">
      <legend>{t('timetable.change.move')}</legend>
      <Select
        aria-label={t('timetable.change.day')}
        value={day}
        onChange={setDay}
        options={shownDays(week)
          .filter((row) => row.day >= week.today)
          .map((row) => ({
            value: row.day,
            label: `${weekdayName(weekdayOf(row.day))} ${dayTitle(row.day, locale(), year)}`,
          }))}
      />
      <Select
        aria-label={t('timetable.plan.periods')}
        placeholder={t('timetable.plan.periods')}
        value={period}
        onChange={setPeriod}
        options={week.periods.flatMap((row) =>
          row.period === null
            ? []
            : [
                {
                  value: row.period,
                  label: `${t('platform.period', { period: row.period })} ${row.startsAt}`,
                },
              ],
        )}
      />
      <Button
        disabled={period === null}
        loading={isBusy}
        onClick={() =>
          period !== null &&
          onMove(
            other
              ? { to: null, swapWith: { day: other.day, lessonId: other.lessonId } }
              : { to: { day, period }, swapWith: null },
          )
        }
      >
        {other ? t('timetable.change.swapWith', { course: other.title }) : t('timetable.change.moveIt')}
      </Button>
    </fieldset>
  );
}

function SubstituteForm({ isBusy, onChoose }: { isBusy: boolean; onChoose: (personId: string) => void }) {
  const { orgId } = useActing();
  const [text, setText] = useState('');
  const [personId, setPerson] = useState<string | null>(null);
  const found = useQuery({
    queryKey: ['people', orgId, text],
    queryFn: () => api.get('/api/orgs/{orgId}/people', { path: { orgId }, query: { text } }),
    enabled: text !== '',
  });
  const staff = (found.data?.people ?? []).filter(({ kind }) => kind === 'staff');
  return (
    <fieldset className="change-form">
      <legend>{t('timetable.change.substitute')}</legend>
      <Select<string | null>
        aria-label={t('timetable.change.who')}
        placeholder={t('timetable.change.who')}
        value={personId}
        showSearch={{ filterOption: false, onSearch: (typed) => setText(typed.trim()) }}
        onChange={setPerson}
        options={staff.map((person) => ({
          value: person.personId,
          label: `${person.name} ${person.number}`,
        }))}
      />
      <Button disabled={personId === null} loading={isBusy} onClick={() => personId && onChoose(personId)}>
        {t('timetable.change.substituteIt')}
      </Button>
    </fieldset>
  );
}
