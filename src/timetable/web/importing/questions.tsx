import { useQuery } from '@tanstack/react-query';
import { Button, Input, InputNumber, Select } from 'antd';
import { useState } from 'react';
import { api } from '../../../platform/web/api.ts';
import { t } from '../../../platform/web/t.ts';
import { weekdayName } from '../planner/words.ts';
import type { MatrixReport } from './upload.ts';

export interface Choices {
  readonly classes: Record<string, string | null>;
  readonly teachers: Record<string, string | null>;
  readonly cells: Record<
    string,
    { courseName: string; weekday: number; periodFrom: number; periodTo: number } | null
  >;
  /** Of a term list: make the teachers whom the roster does not have. */
  readonly createTeachers?: boolean;
}

interface QuestionsProps {
  readonly schoolId: string;
  readonly report: MatrixReport;
  readonly choices: Choices;
  readonly onChoices: (choices: Choices) => void;
}

/** What the file leaves open: unknown classes, names of two teachers or of none, cells nobody can read. */
export function Questions({ schoolId, report, choices, onChoices }: QuestionsProps) {
  const { classes, cells } = report.questions;
  // A term may name hundreds of teachers whom the roster lacks: they are made or kept by name all together.
  const teachers = report.questions.teachers.filter(
    ({ candidates }) => report.kind === 'matrix' || candidates.length > 0,
  );
  // What was answered stays in sight, so that an answer can be changed.
  const [seen, setSeen] = useState({ classes, teachers, cells });
  const known = {
    classes: merge(seen.classes, classes, ({ key }) => key),
    teachers: merge(seen.teachers, teachers, ({ name }) => name),
    cells: merge(seen.cells, cells, ({ key }) => key),
  };
  if (known.classes.length + known.teachers.length + known.cells.length === 0) return null;
  const answer = (change: Partial<Choices>): void => {
    setSeen(known);
    onChoices({ ...choices, ...change });
  };
  return (
    <section className="card import-questions" aria-labelledby="open">
      <header>
        <h2 id="open">{t('timetable.import.open')}</h2>
      </header>
      <ul>
        {known.classes.map(({ key, name, lessons }) => (
          <li key={`class ${key}`}>
            <span>{t('timetable.import.classUnknown', { name, count: lessons })}</span>
            <ClassChoice
              schoolId={schoolId}
              label={name}
              value={choices.classes[key]}
              onChange={(classId) => answer({ classes: { ...choices.classes, [key]: classId } })}
            />
          </li>
        ))}
        {known.teachers.map(({ name, lessons, candidates }) => (
          <li key={`teacher ${name}`}>
            <span>
              {t(
                candidates.length > 1 ? 'timetable.import.teacherTwice' : 'timetable.import.teacherUnknown',
                {
                  name,
                  count: lessons,
                },
              )}
            </span>
            <TeacherChoice
              schoolId={schoolId}
              name={name}
              candidates={candidates}
              value={choices.teachers[name]}
              onChange={(personId) => answer({ teachers: { ...choices.teachers, [name]: personId } })}
            />
          </li>
        ))}
        {known.cells.map((cell) => (
          <li key={`cell ${cell.key}`}>
            <span>
              {t('timetable.import.cell', { name: cell.className, text: cell.cellText })}
              {cell.weekday !== null && <span className="muted"> {weekdayName(cell.weekday)}</span>}
            </span>
            <CellChoice
              cell={cell}
              isAnswered={cell.key in choices.cells}
              onChange={(said) => answer({ cells: { ...choices.cells, [cell.key]: said } })}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

function merge<T>(before: readonly T[], now: readonly T[], keyOf: (row: T) => string): T[] {
  return [...new Map([...before, ...now].map((row) => [keyOf(row), row])).values()];
}

const LEAVE_OUT = '-';

function ClassChoice({
  schoolId,
  label,
  value,
  onChange,
}: {
  schoolId: string;
  label: string;
  value: string | null | undefined;
  onChange: (classId: string | null) => void;
}) {
  const classes = useQuery({
    queryKey: ['classes', schoolId],
    queryFn: () => api.get('/api/orgs/{orgId}/classes', { path: { orgId: schoolId } }),
  });
  return (
    <Select
      aria-label={label}
      placeholder={t('timetable.import.whichClass')}
      value={value === undefined ? undefined : (value ?? LEAVE_OUT)}
      onChange={(next) => onChange(next === LEAVE_OUT ? null : next)}
      showSearch={{ optionFilterProp: 'label' }}
      options={[
        { value: LEAVE_OUT, label: t('timetable.import.leaveOut') },
        ...(classes.data?.classes ?? []).map(({ id, name }) => ({ value: id, label: name })),
      ]}
    />
  );
}

function TeacherChoice({
  schoolId,
  name,
  candidates,
  value,
  onChange,
}: {
  schoolId: string;
  name: string;
  candidates: MatrixReport['questions']['teachers'][number]['candidates'];
  value: string | null | undefined;
  onChange: (personId: string | null) => void;
}) {
  const [text, setText] = useState('');
  const found = useQuery({
    queryKey: ['people', schoolId, text],
    queryFn: () => api.get('/api/orgs/{orgId}/people', { path: { orgId: schoolId }, query: { text } }),
    enabled: text !== '' && candidates.length === 0,
  });
  const people =
    candidates.length > 0 ? candidates : (found.data?.people ?? []).filter(({ kind }) => kind === 'staff');
  return (
    <Select
      aria-label={name}
      placeholder={t('timetable.import.whichTeacher')}
      value={value === undefined ? undefined : (value ?? LEAVE_OUT)}
      onChange={(next) => onChange(next === LEAVE_OUT ? null : next)}
      showSearch={{ filterOption: false, onSearch: (typed) => setText(typed.trim()) }}
      options={[
        { value: LEAVE_OUT, label: t('timetable.import.noTeacher') },
        ...people.map((person) => ({ value: person.personId, label: `${person.name} ${person.number}` })),
      ]}
    />
  );
}

function CellChoice({
  cell,
  isAnswered,
  onChange,
}: {
  cell: MatrixReport['questions']['cells'][number];
  isAnswered: boolean;
  onChange: (said: Choices['cells'][string]) => void;
}) {
  const [courseName, setCourse] = useState('');
  const [weekday, setWeekday] = useState(cell.weekday);
  const [period, setPeriod] = useState(cell.periodFrom);
  const periodTo = cell.periodTo !== null && period === cell.periodFrom ? cell.periodTo : period;
  const isWhole = courseName.trim() !== '' && weekday !== null && period !== null && periodTo !== null;
  return (
    <span className="cell-answer">
      <Input
        aria-label={t('timetable.plan.course')}
        placeholder={t('timetable.plan.course')}
        value={courseName}
        onChange={({ target }) => setCourse(target.value)}
      />
      {cell.weekday === null && (
        <Select
          aria-label={t('timetable.import.weekday')}
          placeholder={t('timetable.import.weekday')}
          value={weekday}
          onChange={setWeekday}
          options={[1, 2, 3, 4, 5, 6, 7].map((day) => ({ value: day, label: weekdayName(day) }))}
        />
      )}
      {cell.periodFrom === null && (
        <InputNumber
          controls={false}
          aria-label={t('timetable.plan.periods')}
          placeholder={t('timetable.plan.periods')}
          min={1}
          max={20}
          value={period}
          onChange={setPeriod}
        />
      )}
      <Button
        disabled={!isWhole}
        onClick={() =>
          isWhole && onChange({ courseName: courseName.trim(), weekday, periodFrom: period, periodTo })
        }
      >
        {t('timetable.import.cellSays')}
      </Button>
      <Button type="text" disabled={isAnswered} onClick={() => onChange(null)}>
        {t('timetable.import.cellEmpty')}
      </Button>
    </span>
  );
}

/** Everything to correct or to look at, what blocks first. */
export function ProblemList({ report }: { report: MatrixReport }) {
  if (report.problems.length === 0) return null;
  const sorted = [...report.problems].sort((a, b) => a.severity.localeCompare(b.severity) * -1);
  return (
    <ul className="import-problems">
      {sorted.map((problem, index) => (
        <li key={index} className={problem.severity}>
          <b>{t(`timetable.import.severity.${problem.severity}`)}</b>
          <span className="muted num">{placeOf(problem)}</span>
          <span>{problem.message}</span>
        </li>
      ))}
    </ul>
  );
}

/** `Sheet1 C4`, as the spreadsheet program names the cell. */
function placeOf({ sheet, row, column }: MatrixReport['problems'][number]): string {
  const letters = column === null ? '' : columnLetters(column);
  return [sheet, row === null ? null : `${letters}${row}`].filter((part) => part !== null).join(' ');
}

function columnLetters(column: number): string {
  let letters = '';
  for (let rest = column; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  }
  return letters;
}
