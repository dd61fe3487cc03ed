/** @jsxImportSource preact */
import { useEffect } from 'preact/hooks';
import { timeOfDay } from '../../platform/i18n/format.ts';
import { api } from '../../platform/web/api.ts';
import { useAsked, useServerNow } from '../../platform/web/learner/ask.ts';
import { ProblemNotice, SlateSkeleton } from '../../platform/web/learner/states.tsx';
import { t } from '../../platform/web/t.ts';
import type { Today } from '../today-contract.ts';
import { TodayView } from './today-view.tsx';

/** Asked again once a minute: a lesson opens, a teacher begins, a day moves on. */
const EVERY_MS = 60_000;

export interface TodayPageProps {
  readonly first: Today | undefined;
  readonly pupilId: string | null;
  readonly onFetched: (time: string) => void;
}

function askToday(pupilId: string | null, signal: AbortSignal): Promise<Today> {
  return api.get('/api/today', { query: pupilId ? { pupilId } : {}, signal });
}

/** Today as it is now: what came with the page first, then what the server says. */
export function TodayPage({ first, pupilId, onFetched }: TodayPageProps) {
  const asked = useAsked(`today ${pupilId ?? ''}`, (signal) => askToday(pupilId, signal), {
    first,
    everyMs: EVERY_MS,
  });
  const { data, problem, isLoading, again } = asked;
  useEffect(() => {
    if (data) onFetched(timeOfDay(data.now, data.timeZone));
  }, [data, onFetched]);
  return (
    <>
      {!data && <WaitingHead />}
      {problem && <ProblemNotice problem={problem} onRetry={again} />}
      {data && <LiveToday today={data} />}
      {isLoading && <SlateSkeleton />}
    </>
  );
}

function WaitingHead() {
  return (
    <header class="top">
      <h1>{t('platform.tab.today')}</h1>
    </header>
  );
}

function LiveToday({ today }: { today: Today }) {
  return <TodayView today={today} now={useServerNow(today.now)} />;
}
