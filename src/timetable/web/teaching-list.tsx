import { timeRange } from '../../platform/i18n/format.ts';
import { t } from '../../platform/web/t.ts';
import type { TeacherLesson, TeacherToday } from '../today-contract.ts';
import { ModeMark } from './mode-mark.tsx';
import { teachingAddress } from './teaching-slate.tsx';

/** The day's lessons in order; people are counted, not percentages. */
export function TeachingList({ today, now }: { today: TeacherToday; now: TeacherLesson | null }) {
  return (
    <section className="card" aria-labelledby="lessons">
      <header>
        <h2 id="lessons">{t('timetable.teaching.lessons')}</h2>
        <span className="muted">{t('timetable.teaching.count', { count: today.lessons.length })}</span>
      </header>
      <ol className="lesson-rows">
        {today.lessons.map((lesson) => (
          <LessonRow
            key={lesson.lessonId}
            lesson={lesson}
            timeZone={today.timeZone}
            isNow={lesson.lessonId === now?.lessonId}
          />
        ))}
      </ol>
    </section>
  );
}

function LessonRow({ lesson, timeZone, isNow }: { lesson: TeacherLesson; timeZone: string; isNow: boolean }) {
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
      <Count lesson={lesson} />
      {lesson.state === 'cancelled' ? (
        <span className="muted">{t('timetable.today.cancelled')}</span>
      ) : (
        <a className="row-act" href={teachingAddress(lesson)}>
          {t(lesson.state === 'ended' ? 'timetable.teaching.recording' : 'timetable.teaching.room')}
        </a>
      )}
    </li>
  );
}

function Count({ lesson: { pupils } }: { lesson: TeacherLesson }) {
  if (!pupils) return null;
  return (
    <span className="count num">
      {t('timetable.teaching.reached', { reached: pupils.reached, expected: pupils.expected })}
      {pupils.missed > 0 && (
        <span className="red"> {t('timetable.teaching.missed', { count: pupils.missed })}</span>
      )}
    </span>
  );
}
