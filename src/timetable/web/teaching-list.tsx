import { Link } from 'react-router';
import { timeRange } from '../../platform/i18n/format.ts';
import type { WordKey } from '../../platform/i18n/catalogues.ts';
import { t } from '../../platform/web/t.ts';
import type { TeacherLesson, TeacherToday } from '../today-contract.ts';
import { ModeMark } from './mode-mark.tsx';
import { hasBoard, teachingAddress } from './teaching-slate.tsx';

/** The day's lessons in order; people are counted, not percentages. */
export function TeachingList({ today, now }: { today: TeacherToday; now: TeacherLesson | null }) {
  return (
    <section className="card" aria-labelledby="lessons">
      <header>
        <h2 id="lessons">{t('timetable.teaching.lessons')}</h2>
        <span className="muted">{t('timetable.teaching.count', { count: today.lessons.length })}</span>
      </header>
      <ol className="teach-rows">
        {today.lessons.map((lesson) => (
          <LessonRow
            key={lesson.lessonId}
            lesson={lesson}
            timeZone={today.timeZone}
            isNow={lesson.lessonId === now?.lessonId}
            board={boardOf(lesson, today)}
          />
        ))}
      </ol>
    </section>
  );
}

interface RowProps {
  readonly lesson: TeacherLesson;
  readonly timeZone: string;
  readonly isNow: boolean;
  /** Address of the class board with the names; null for a lesson of several classes, which has several. */
  readonly board: string | null;
}

function boardOf(
  { schoolDay, lessonId, classNames }: TeacherLesson,
  { classes }: TeacherToday,
): string | null {
  const [name, ...more] = classNames;
  const found = classes.find((item) => item.name === name);
  return found && more.length === 0 ? `/board/${schoolDay}/${lessonId}/${found.classId}` : null;
}

function LessonRow({ lesson, timeZone, isNow, board }: RowProps) {
  return (
    <li className={isNow ? 'now' : undefined}>
      <span className="num time">{timeRange(lesson.startsAt, lesson.endsAt, timeZone)}</span>
      <span className="what">
        <b>
          {lesson.courseTitle} · {lesson.classNames.join(t('timetable.and'))}
        </b>
        <span className="muted">
          <ModeMark mode={lesson.mode} />
          {lesson.topic && ` · ${lesson.topic}`}
        </span>
      </span>
      <Count lesson={lesson} board={board} />
      <Door lesson={lesson} />
    </li>
  );
}

function Door({ lesson }: { lesson: TeacherLesson }) {
  if (lesson.state === 'cancelled') return <span className="muted">{t('timetable.today.cancelled')}</span>;
  const word = doorWord(lesson);
  if (word === null) return <span />;
  return (
    <a className="row-act" href={teachingAddress(lesson)}>
      {t(word)}
    </a>
  );
}

function doorWord(lesson: TeacherLesson): WordKey | null {
  if (!hasBoard(lesson)) return 'timetable.teaching.names';
  if (lesson.state === 'ended') return lesson.hasRecording ? 'timetable.teaching.recording' : null;
  return lesson.mode === 'recording' ? null : 'timetable.teaching.room';
}

/** Pupils of a lesson; who was missed opens to names. */
function Count({ lesson: { pupils, state }, board }: { lesson: TeacherLesson; board: string | null }) {
  if (!pupils) return null;
  if (state === 'before' || state === 'open') {
    return (
      <span className="count num muted">{t('timetable.teaching.expected', { count: pupils.expected })}</span>
    );
  }
  const missed = t('timetable.teaching.missed', { count: pupils.missed });
  return (
    <span className="count num">
      {t('timetable.teaching.reached', { reached: pupils.reached, expected: pupils.expected })}{' '}
      {pupils.missed > 0 &&
        (board === null ? (
          <span className="red">{missed}</span>
        ) : (
          <Link className="red" to={board}>
            {missed}
          </Link>
        ))}
    </span>
  );
}
