/** @jsxImportSource preact */
import { megabytes, timeOfDay } from '../../platform/i18n/format.ts';
import { t } from '../../platform/web/t.ts';
import type { Today, TodayLesson } from '../today-contract.ts';
import { ModeIcon } from './mode-tag.tsx';
import { followedPupil, lessonDoor, minutesBetween } from './today-lessons.ts';

interface SlateProps {
  readonly today: Today;
  readonly lesson: TodayLesson;
  /** Instant the page stands at, ISO. */
  readonly now: string;
}

/** The running or next lesson: what it is, what it costs, and the one large button. */
export function LessonSlate({ today, lesson, now }: SlateProps) {
  const facts = [lesson.topic, lesson.teacherName].filter((fact) => fact !== null);
  return (
    <section class="slate" aria-labelledby="now">
      <p class="k">
        <ModeIcon mode={lesson.mode} />
        <span>{whenLine({ today, lesson, now })}</span>
      </p>
      <h2 id="now">{lesson.courseTitle}</h2>
      {facts.length > 0 && <p>{facts.join(' · ')}</p>}
      <Door today={today} lesson={lesson} />
      <p class="f">
        <span>{costLine(lesson)}</span>
        <span class="num">
          {t('timetable.today.endsAt', { time: timeOfDay(lesson.endsAt, today.timeZone) })}
        </span>
      </p>
    </section>
  );
}

function whenLine({ today, lesson, now }: SlateProps): string {
  const parts: string[] = [t(`rooms.mode.${lesson.mode}`)];
  if (lesson.period !== null) parts.push(t('platform.period', { period: lesson.period }));
  if (lesson.state === 'running') {
    parts.push(t('timetable.today.since', { minutes: minutesBetween(lesson.startsAt, now) }));
  } else if (lesson.state === 'open') {
    parts.push(t('timetable.today.startsIn', { minutes: minutesBetween(now, lesson.startsAt) }));
  } else parts.push(timeOfDay(lesson.startsAt, today.timeZone));
  return parts.join(' · ');
}

function costLine({ expectedBytes }: TodayLesson): string {
  if (expectedBytes === null) return '';
  return expectedBytes === 0
    ? t('timetable.today.costsNothing')
    : t('timetable.today.costs', { size: megabytes(expectedBytes) });
}

function Door({ today, lesson }: { today: Today; lesson: TodayLesson }) {
  const door = lessonDoor(lesson, followedPupil(today));
  switch (door.kind) {
    case 'room':
      return (
        <a class="enter" href={door.href}>
          {today.pupil.isLowerPrimary && !today.isGuardian ? <EnterWithPinyin /> : t('timetable.today.enter')}
        </a>
      );
    case 'elsewhere':
      return (
        <a class="enter" href={door.href}>
          {t('timetable.today.enterElsewhere')}
        </a>
      );
    case 'wait':
      return (
        <p class="enter closed">
          {t('timetable.today.opensAt', { time: timeOfDay(lesson.opensAt, today.timeZone) })}
        </p>
      );
    case 'none':
      return <p class="enter closed">{lesson.note ?? t(`timetable.today.do.${lesson.mode}`)}</p>;
  }
}

/** Small children read the pinyin above the words. */
function EnterWithPinyin() {
  return (
    <ruby>
      {t('timetable.today.go')}
      <rt>{t('timetable.today.goPinyin')}</rt>
    </ruby>
  );
}
