/** @jsxImportSource preact */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { TodayPage } from '../../../timetable/web/today-page.tsx';
import { TodayView } from '../../../timetable/web/today-view.tsx';
import type { Today } from '../../../timetable/today-contract.ts';
import { dayOf, dayTitle, timeOfDay } from '../../i18n/format.ts';
import { locale, t } from '../t.ts';
import { Frame } from './frame.tsx';
import type { LearnerPageProps } from './pages.ts';
import { findPage, shownTabs } from './route.ts';
import { Empty, SlateSkeleton } from './states.tsx';

/** What the server puts into the first page. */
export interface FirstData {
  /** Absent on the pages beside Today. */
  readonly today?: Today;
  /** Instant the demo's clock stood at; null outside a demo. */
  readonly demoNow: string | null;
}

/** Zone of the banner's clock while no school is known. */
const HOME_ZONE = 'Asia/Shanghai';

function demoClock({ demoNow, today }: FirstData): string | null {
  if (demoNow === null) return null;
  const day = today?.day ?? dayOf(demoNow, HOME_ZONE);
  const time = timeOfDay(demoNow, today?.timeZone ?? HOME_ZONE);
  return `${dayTitle(day, locale(), Number(day.slice(0, 4)))} ${time}`;
}

export interface Address {
  readonly pathname: string;
  readonly search: string;
}

/** The child Today speaks of, so that the other tabs speak of the same; null on a pupil's own page. */
function childOf(today: Today | undefined): string | null {
  return today?.isGuardian ? today.pupil.pupilId : null;
}

function searchOf(pupil: string | null): string {
  return pupil ? `?pupil=${encodeURIComponent(pupil)}` : '';
}

/** The learner shell at one address. Rendered on the server for `/`, taken over by the browser. */
export function App({ first, address }: { first: FirstData | undefined; address: Address }) {
  const query = new URLSearchParams(address.search);
  const pupil = query.get('pupil');
  const [fetchedAt, setFetchedAt] = useState(
    first?.today ? timeOfDay(first.today.now, first.today.timeZone) : null,
  );
  const found = address.pathname === '/' ? undefined : findPage(address.pathname);
  const title = t(found?.page.title ?? 'platform.tab.today');
  useEffect(() => {
    document.title = `${title} · ${t('platform.brand')}`;
  }, [title]);
  return (
    <Frame
      tab={address.pathname === '/' ? 'today' : (found?.page.tab ?? 'today')}
      tabs={shownTabs()}
      search={searchOf(pupil ?? childOf(first?.today))}
      fetchedAt={fetchedAt}
      demoClock={first ? demoClock(first) : null}
    >
      {address.pathname === '/' ? (
        <TodayPage first={first?.today} pupilId={pupil} onFetched={setFetchedAt} />
      ) : found ? (
        <Page load={found.page.load} params={found.params} query={query} />
      ) : (
        <Empty title={t('platform.noPage')}>
          <a class="btn soft" href="/">
            {t('platform.toToday')}
          </a>
        </Empty>
      )}
    </Frame>
  );
}

/** Only what the server needs to draw Today: no hooks that ask. */
export function FirstToday({ first }: { first: FirstData & { today: Today } }) {
  return (
    <Frame
      tab="today"
      tabs={shownTabs()}
      search={searchOf(childOf(first.today))}
      fetchedAt={timeOfDay(first.today.now, first.today.timeZone)}
      demoClock={demoClock(first)}
    >
      <TodayView today={first.today} now={first.today.now} />
    </Frame>
  );
}

function Page({
  load,
  params,
  query,
}: { load: () => Promise<{ default: ComponentType<LearnerPageProps> }> } & LearnerPageProps) {
  const [Loaded, setLoaded] = useState<ComponentType<LearnerPageProps> | null>(null);
  const [isLost, setLost] = useState(false);
  useEffect(() => {
    load().then(
      (module) => setLoaded(() => module.default),
      // The chunk did not come: no network, or a newer build replaced it. Loading anew heals both.
      () => setLost(true),
    );
  }, [load]);
  if (isLost) {
    return (
      <Empty title={t('platform.problem.network')}>
        <button type="button" class="btn soft" onClick={() => location.reload()}>
          {t('platform.retry')}
        </button>
      </Empty>
    );
  }
  return Loaded ? <Loaded params={params} query={query} /> : <SlateSkeleton />;
}
