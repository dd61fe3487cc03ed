import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input, Select } from 'antd';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { api } from '../../platform/web/api.ts';
import { useActing, useMe } from '../../platform/web/console/me.ts';
import { Lead, PageHead } from '../../platform/web/console/page-head.tsx';
import { ProblemNotice, SkeletonRows } from '../../platform/web/console/states.tsx';
import { dayAndWeekday, weekday } from '../../platform/i18n/format.ts';
import { locale, t } from '../../platform/web/t.ts';
import { addDays, daysFrom, mondayOf, weekNoOf } from '../rules/days.ts';
import './calendar.css';
import { TermForm } from './term-form.tsx';

export type Calendar = Awaited<ReturnType<typeof askCalendar>>;
type Day = Calendar['days'][number];
type Term = Calendar['terms'][number];

function askCalendar(orgId: string, firstDay: string, lastDay: string) {
  return api.get('/api/orgs/{orgId}/calendar', { path: { orgId }, query: { firstDay, lastDay } });
}

/** Far enough back and ahead to hold every term a school looks at. */
function spanAround(today: string): { firstDay: string; lastDay: string } {
  return { firstDay: addDays(today, -250), lastDay: addDays(today, 400) };
}

/** Terms and school days: which days are off, which are made up, and with whose timetable. */
export default function CalendarPage() {
  const { orgId, can } = useActing();
  const [search, setSearch] = useSearchParams();
  // The product's day, which in a demo is not the device's.
  const today = useMe().data?.now.slice(0, 10) ?? '';
  const { firstDay, lastDay } = spanAround(today);
  const calendar = useQuery({
    queryKey: ['calendar', orgId, firstDay],
    queryFn: () => askCalendar(orgId, firstDay, lastDay),
  });
  if (calendar.isError) return <ProblemNotice error={calendar.error} onRetry={calendar.refetch} />;
  if (calendar.isPending) return <SkeletonRows rows={12} />;
  const { terms, holidays, unpublishedYears } = calendar.data;
  const term = terms.find(({ id }) => id === search.get('term')) ?? termNear(terms, today);
  const open = holidays.filter(
    ({ kind, teachesWeekday, day }) =>
      kind === 'makeUp' && teachesWeekday === null && day >= today && term && day <= term.lastDay,
  );
  const canEdit = can('calendar.edit');
  return (
    <>
      <PageHead title={t('calendar.title')} when={term?.title}>
        {terms.length > 1 && (
          <Select
            aria-label={t('calendar.term')}
            value={term?.id}
            onChange={(id) => setSearch({ term: id }, { replace: true })}
            options={terms.map(({ id, title }) => ({ value: id, label: title }))}
          />
        )}
      </PageHead>
      <Lead>
        {term === null
          ? t('calendar.noTerm')
          : open.length > 0
            ? t('calendar.undecided', { count: open.length })
            : t('calendar.allDecided')}
      </Lead>
      {unpublishedYears.length > 0 && (
        <p className="notice waiting">{t('calendar.unpublished', { years: unpublishedYears.join('、') })}</p>
      )}
      <div className="columns">
        {term && <Weeks term={term} calendar={calendar.data} orgId={orgId} canEdit={canEdit} />}
        {canEdit && <TermForm key={term?.id ?? 'new'} term={term} orgId={orgId} />}
      </div>
    </>
  );
}

function termNear(terms: readonly Term[], today: string): Term | null {
  return (
    terms.find((term) => term.firstDay <= today && today <= term.lastDay) ??
    terms.find((term) => term.firstDay > today) ??
    terms.at(-1) ??
    null
  );
}

function Weeks({
  term,
  calendar,
  orgId,
  canEdit,
}: {
  term: Term;
  calendar: Calendar;
  orgId: string;
  canEdit: boolean;
}) {
  const [chosen, setChosen] = useState<string | null>(null);
  const days = new Map(calendar.days.map((day) => [day.day, day]));
  const names = new Map(calendar.holidays.map((holiday) => [holiday.day, holiday]));
  const monday = mondayOf(term.firstDay);
  const all = daysFrom(monday, addDays(mondayOf(term.lastDay), 6));
  const weeks = Array.from({ length: all.length / 7 }, (_, index) => all.slice(index * 7, index * 7 + 7));
  return (
    <div className="card pad weeks-card">
      <table className="weeks">
        <thead>
          <tr>
            <th scope="col">{t('calendar.week')}</th>
            {all.slice(0, 7).map((day) => (
              <th key={day} scope="col">
                {weekday(day, locale(), 'short')}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr key={week[0]}>
              <th scope="row">
                {t('platform.week', { week: weekNoOf(term.week1Monday, week[0] ?? monday) })}
              </th>
              {week.map((day) => (
                <DayCell
                  key={day}
                  day={day}
                  row={days.get(day)}
                  note={names.get(day)?.name}
                  isChosen={day === chosen}
                  onChoose={canEdit && days.has(day) ? () => setChosen(day) : undefined}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {chosen && (
        <DayForm
          key={chosen}
          day={chosen}
          row={days.get(chosen)}
          holiday={names.get(chosen)}
          orgId={orgId}
          onDone={() => setChosen(null)}
        />
      )}
    </div>
  );
}

function DayCell({
  day,
  row,
  note,
  isChosen,
  onChoose,
}: {
  day: string;
  row: Day | undefined;
  note: string | undefined;
  isChosen: boolean;
  onChoose: (() => void) | undefined;
}) {
  const isOpen = row?.kind === 'teaching' && row.teachesWeekday === null;
  const look = `day ${row?.kind ?? 'outside'} ${isOpen ? 'undecided' : ''} ${isChosen ? 'chosen' : ''}`;
  const text = (
    <>
      <span className="num">
        {Number(day.slice(8)) === 1 ? `${Number(day.slice(5, 7))}/1` : Number(day.slice(8))}
      </span>
      {note && <small>{isOpen ? t('calendar.makeUpOpen') : note}</small>}
    </>
  );
  return (
    <td>
      {onChoose ? (
        <button type="button" className={look} onClick={onChoose} aria-pressed={isChosen}>
          {text}
        </button>
      ) : (
        <span className={look}>{text}</span>
      )}
    </td>
  );
}

function DayForm({
  day,
  row,
  holiday,
  orgId,
  onDone,
}: {
  day: string;
  row: Day | undefined;
  holiday: Calendar['holidays'][number] | undefined;
  orgId: string;
  onDone: () => void;
}) {
  const queries = useQueryClient();
  const [name, setName] = useState(holiday?.name ?? '');
  const [teaches, setTeaches] = useState<number>(row?.teachesWeekday ?? 1);
  const save = useMutation({
    mutationFn: (act: () => Promise<unknown>) => act(),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['calendar'] });
      onDone();
    },
  });
  const path = { orgId, day };
  const decide = (kind: 'holiday' | 'makeUp'): void =>
    save.mutate(() =>
      api.put('/api/orgs/{orgId}/holidays/{day}', {
        path,
        body: {
          kind,
          name: name.trim() || t(kind === 'holiday' ? 'calendar.dayOff' : 'calendar.makeUp'),
          teachesWeekday: kind === 'makeUp' ? teaches : null,
        },
      }),
    );
  return (
    <section className="day-form" aria-label={day}>
      <h2>{dayAndWeekday(day, locale(), Number(day.slice(0, 4)))}</h2>
      {save.isError && <ProblemNotice error={save.error} />}
      <div className="toolbar">
        <Input
          aria-label={t('calendar.name')}
          placeholder={t('calendar.name')}
          value={name}
          maxLength={60}
          onChange={({ target }) => setName(target.value)}
        />
        <Button loading={save.isPending} onClick={() => decide('holiday')}>
          {t('calendar.setOff')}
        </Button>
        <Select
          aria-label={t('calendar.teaches')}
          value={teaches}
          onChange={setTeaches}
          options={[1, 2, 3, 4, 5, 6, 7].map((value) => ({
            value,
            label: t('calendar.teachesDay', { day: weekday(`2024-01-0${value}`, locale(), 'short') }),
          }))}
        />
        <Button loading={save.isPending} onClick={() => decide('makeUp')}>
          {t('calendar.setTeaching')}
        </Button>
        {holiday?.orgId === orgId && (
          <Button
            type="text"
            loading={save.isPending}
            onClick={() =>
              save.mutate(() => api.delete('/api/orgs/{orgId}/holidays/{day}', { path, body: null }))
            }
          >
            {t('calendar.undecide')}
          </Button>
        )}
        <Button type="text" onClick={onDone}>
          {t('calendar.close')}
        </Button>
      </div>
    </section>
  );
}
