/** @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { dayAndWeekday, timeRange } from '../../platform/i18n/format.ts';
import { ApiProblem } from '../../platform/web/api-problem.ts';
import { api } from '../../platform/web/api.ts';
import { useAsked } from '../../platform/web/learner/ask.ts';
import { ChildChoice } from '../../platform/web/learner/child-choice.tsx';
import { PageTop } from '../../platform/web/learner/page-top.tsx';
import type { LearnerPageProps } from '../../platform/web/learner/pages.ts';
import { Empty, ProblemNotice, SlateSkeleton } from '../../platform/web/learner/states.tsx';
import { locale, t } from '../../platform/web/t.ts';
import { roomAddress } from '../../timetable/web/today-lessons.ts';
import { evidenceText } from './evidence-text.ts';
import { useShownPupil, type ShownPupil } from './own-pupil.ts';
import { wayWord } from './words.ts';
import './learner.css';

export type Days = Awaited<ReturnType<typeof askDays>>;
type Lesson = Days['lessons'][number];

function askDays(pupilId: string, day: string | null, signal: AbortSignal) {
  return api.get('/api/pupils/{pupilId}/days', {
    path: { pupilId },
    query: day === null ? {} : { day },
    signal,
  });
}

const contestReasons = [
  'wasThere',
  'deviceFailed',
  'networkFailed',
  'powerFailed',
  'otherWay',
  'other',
] as const;
export type ContestWord = (typeof contestReasons)[number];

/** How each lesson counts, why, and one tap to say that it is wrong. */
export default function DaysPage({ query }: LearnerPageProps) {
  const pupil = useShownPupil(query);
  return (
    <>
      <PageTop title={t('reach.page.days')} pupil={query.get('pupil')} />
      <main>
        {pupil.problem && <ProblemNotice problem={pupil.problem} onRetry={pupil.again} />}
        {pupil.isLoading && <SlateSkeleton />}
        {pupil.data === null && <Empty title={t('reach.children.none')} />}
        {pupil.data && <ChildChoice self={pupil.data.self} shown={pupil.data.pupilId} path="days" />}
        {pupil.data && <OfPupil pupil={pupil.data} day={query.get('day')} />}
      </main>
    </>
  );
}

function OfPupil({ pupil, day }: { pupil: ShownPupil; day: string | null }) {
  const { pupilId } = pupil;
  const asked = useAsked(`days ${pupilId} ${day || ''}`, (signal) => askDays(pupilId, day, signal), {
    everyMs: 60_000,
  });
  const [problem, setProblem] = useState<ApiProblem>();
  const contest = (lessonId: string, reason: ContestWord, note: string): void => {
    if (!asked.data) return;
    setProblem(undefined);
    api
      .post('/api/contests', {
        body: { pupilId, day: asked.data.day, lessonId, reason, note: note.trim() || null },
      })
      .then(asked.again, (error: unknown) => {
        if (!(error instanceof ApiProblem)) throw error;
        setProblem(error);
      });
  };
  return (
    <>
      {asked.problem && <ProblemNotice problem={asked.problem} onRetry={asked.again} />}
      {problem && <ProblemNotice problem={problem} />}
      {asked.isLoading && <SlateSkeleton />}
      {asked.data && <DaysView days={asked.data} pupil={pupil} onContest={contest} />}
    </>
  );
}

export interface DaysViewProps {
  readonly days: Days;
  readonly pupil: ShownPupil;
  readonly onContest: (lessonId: string, reason: ContestWord, note: string) => void;
}

export function DaysView({ days, pupil, onContest }: DaysViewProps) {
  const year = Number(days.today.slice(0, 4));
  // Today stands above, unless another day is shown: then the list leads back to it.
  const recent = days.recent.filter(({ day }) => day !== days.today || days.day !== days.today);
  const reached = days.lessons.filter(({ state }) => isReached(state)).length;
  return (
    <>
      <div class="sec">
        <h2>
          {t('reach.days.title', { name: days.pupilName, day: dayAndWeekday(days.day, locale(), year) })}
        </h2>
      </div>
      {days.lessons.length === 0 ? (
        <Empty title={t('reach.days.none')} />
      ) : (
        <>
          <p class="muted">{t('reach.days.lead', { reached, expected: days.lessons.length })}</p>
          <ol class="card list lesson-states">
            {days.lessons.map((lesson) => (
              <LessonState
                key={lesson.lessonId}
                lesson={lesson}
                days={days}
                pupil={pupil}
                onContest={onContest}
              />
            ))}
          </ol>
        </>
      )}
      <section aria-labelledby="recent">
        <div class="sec">
          <h2 id="recent">{t('reach.days.recent')}</h2>
        </div>
        {recent.length === 0 && <p class="muted">{t('reach.days.recentNone')}</p>}
        <ul class="card list links">
          {recent.map((day) => (
            <li key={day.day}>
              <a
                href={`/my/days?day=${day.day}&pupil=${pupil.pupilId}`}
                aria-current={day.day === days.day ? 'true' : undefined}
              >
                <span class={`dot ${day.state}`} aria-hidden="true" />
                <span>
                  {dayAndWeekday(day.day, locale(), year)}
                  <br />
                  <span class="small muted">
                    {t(`reach.day.${day.state}`)}
                    {day.way && day.state !== 'unreached' && ` · ${wayWord(day.way)}`}
                  </span>
                </span>
                <span class="num small">
                  {day.reached} / {day.expected}
                </span>
              </a>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function isReached(state: Lesson['state']): boolean {
  return state === 'present' || state === 'late' || state === 'madeUp' || state === 'reached';
}

function tone(state: Lesson['state']): string {
  if (isReached(state)) return 'done';
  return state === 'missed' || state === 'leftEarly' ? 'missed' : 'plain';
}

function mayContest({ state, settled, contest }: Lesson): boolean {
  return (
    contest === null &&
    settled &&
    (state === 'missed' || state === 'leftEarly' || state === 'late' || state === 'excused')
  );
}

function LessonState({ lesson, days, pupil, onContest }: DaysViewProps & { lesson: Lesson }) {
  const [isAsking, setAsking] = useState(false);
  const course = lesson.courseTitle || '';
  const canMakeUp =
    lesson.settled && lesson.hasRecording && (lesson.state === 'missed' || lesson.state === 'leftEarly');
  return (
    <li>
      <div>
        <b>
          {lesson.period === null
            ? t('reach.days.noPeriod', { course })
            : t('reach.days.period', { period: lesson.period, course })}
        </b>{' '}
        <span class={`tag ${tone(lesson.state)}`}>
          {isReached(lesson.state) && <i class="i i-check" aria-hidden="true" />}
          {t(`reach.state.${lesson.state}`)}
        </span>
        <p class="small muted">
          {[timeRange(lesson.startsAt, lesson.endsAt, days.timeZone), lesson.teacherName]
            .filter(Boolean)
            .join(' · ')}
        </p>
        {evidenceText(lesson.evidence, days.timeZone).map((sentence) => (
          <p key={sentence} class="small">
            {sentence}
          </p>
        ))}
        <ContestState lesson={lesson} />
        {isAsking && (
          <ContestForm
            onCancel={() => setAsking(false)}
            onSend={(reason, note) => {
              setAsking(false);
              onContest(lesson.lessonId, reason, note);
            }}
          />
        )}
        {(canMakeUp || mayContest(lesson)) && (
          <p class="acts">
            {canMakeUp && (
              <a
                class="btn soft"
                href={roomAddress({ schoolDay: days.day, lessonId: lesson.lessonId }, pupil.forChild)}
              >
                {t('reach.days.toRecording')}
              </a>
            )}
            {mayContest(lesson) && !isAsking && (
              <button type="button" class="btn quiet" onClick={() => setAsking(true)}>
                {t('reach.days.ask')}
              </button>
            )}
          </p>
        )}
      </div>
    </li>
  );
}

function ContestState({ lesson: { contest } }: { lesson: Lesson }) {
  if (contest === null) return null;
  return (
    <p class="small amber">
      {contest.state === 'open' && t('reach.days.asked')}
      {contest.state === 'accepted' && t('reach.days.accepted')}
      {contest.state === 'declined' && t('reach.days.declined', { answer: contest.answer || '' })}
    </p>
  );
}

function ContestForm({
  onSend,
  onCancel,
}: {
  onSend: (reason: ContestWord, note: string) => void;
  onCancel: () => void;
}) {
  const [note, setNote] = useState('');
  return (
    <div class="contest" role="group" aria-label={t('reach.days.askTitle')}>
      <p>
        <b>{t('reach.days.askTitle')}</b>
      </p>
      <label class="field">
        <span class="hint">{t('reach.days.askNote')}</span>
        <input value={note} maxLength={500} onInput={(event) => setNote(event.currentTarget.value)} />
      </label>
      <ul class="reason-tiles small-tiles">
        {contestReasons.map((reason) => (
          <li key={reason}>
            <button type="button" onClick={() => onSend(reason, note)}>
              {t(`reach.contest.${reason}`)}
            </button>
          </li>
        ))}
      </ul>
      <button type="button" class="btn quiet" onClick={onCancel}>
        {t('reach.days.cancel')}
      </button>
    </div>
  );
}
