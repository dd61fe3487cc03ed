/** @jsxImportSource preact */
import { api } from '../../platform/web/api.ts';
import { useAsked } from '../../platform/web/learner/ask.ts';
import { ChildChoice, shownPupilId, useSelf } from '../../platform/web/learner/child-choice.tsx';
import type { LearnerPageProps } from '../../platform/web/learner/pages.ts';
import { ProblemNotice, SlateSkeleton } from '../../platform/web/learner/states.tsx';
import { t } from '../../platform/web/t.ts';
import { OwnWeek } from './own-week.tsx';

/** The week of a pupil, or of the child a guardian looks at; `?day=` says which week and which day of it. */
export default function OwnWeekPage({ query }: LearnerPageProps) {
  const self = useSelf();
  const pupilId =
    query.get('pupil') ?? (self.data && !self.data.isPupil ? shownPupilId(self.data, null) : null);
  const day = query.get('day');
  const { data, problem, isLoading, again } = useAsked(`week ${pupilId ?? ''} ${day ?? ''}`, (signal) =>
    api.get('/api/people/me/week', {
      query: { ...(pupilId ? { pupilId } : {}), ...(day ? { day } : {}) },
      signal,
    }),
  );
  return (
    <>
      {!data && (
        <header class="top">
          <h1>{t('platform.tab.timetable')}</h1>
        </header>
      )}
      {problem && <ProblemNotice problem={problem} onRetry={again} />}
      {isLoading && <SlateSkeleton />}
      {data && (
        <OwnWeek week={data} day={day ?? data.today} pupilId={pupilId}>
          {self.data && <ChildChoice self={self.data} shown={pupilId} path="timetable" />}
        </OwnWeek>
      )}
    </>
  );
}
