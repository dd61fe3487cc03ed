import { timeOfDay, timeRange } from '../../platform/i18n/format.ts';
import { addressAppointment } from '../../platform/web/console/me.ts';
import type { WordKey } from '../../platform/i18n/catalogues.ts';
import { t } from '../../platform/web/t.ts';
import type { TeacherLesson, TeacherToday } from '../today-contract.ts';
import { ModeMark } from './mode-mark.tsx';
import { minutesBetween } from './today-lessons.ts';

/** Address of a lesson's room for the appointment this page acts under. */
export function teachingAddress({
  schoolDay,
  lessonId,
}: Pick<TeacherLesson, 'schoolDay' | 'lessonId'>): string {
  return `/room/${schoolDay}/${lessonId}?as=${addressAppointment(location.pathname)}`;
}

/** The running or next lesson and its door. */
export function TeachingSlate({ today, lesson }: { today: TeacherToday; lesson: TeacherLesson }) {
  return (
    <section className="slate" aria-labelledby="now">
      <p className="k">
        <ModeMark mode={lesson.mode} />
        <span className="num">· {whenLine(today, lesson)}</span>
      </p>
      <h2 id="now">
        {lesson.courseTitle} · {lesson.classNames.join(t('timetable.and'))}
      </h2>
      {lesson.topic && <p>{lesson.topic}</p>}
      <Door today={today} lesson={lesson} />
    </section>
  );
}

function whenLine({ now, timeZone }: TeacherToday, lesson: TeacherLesson): string {
  const range = timeRange(lesson.startsAt, lesson.endsAt, timeZone);
  if (lesson.state === 'running') {
    return `${range} · ${t('timetable.today.since', { minutes: minutesBetween(lesson.startsAt, now) })}`;
  }
  const minutes = minutesBetween(now, lesson.startsAt);
  return minutes > 90 ? range : `${range} · ${t('timetable.today.startsIn', { minutes })}`;
}

/** Ways of teaching that have a board of ours; of the others our page shows the names, the roll call and the notes. */
export function hasBoard({ mode }: Pick<TeacherLesson, 'mode'>): boolean {
  return mode === 'live' || mode === 'questions' || mode === 'recording';
}

function enterWord(lesson: TeacherLesson): WordKey {
  if (lesson.mode === 'external') return 'timetable.today.enterElsewhere';
  return hasBoard(lesson) ? 'timetable.today.enter' : 'timetable.today.enterNames';
}

function Door({ today, lesson }: { today: TeacherToday; lesson: TeacherLesson }) {
  const isOpen = lesson.state === 'open' || lesson.state === 'running';
  if (isOpen) {
    return (
      <a className="enter" href={teachingAddress(lesson)}>
        {t(enterWord(lesson))}
      </a>
    );
  }
  return (
    <p className="enter closed">
      {t('timetable.today.opensAt', { time: timeOfDay(lesson.opensAt, today.timeZone) })}
    </p>
  );
}
