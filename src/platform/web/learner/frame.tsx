/** @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import { t } from '../t.ts';
import { useOnline } from './ask.ts';
import { LEARNER_TABS, type LearnerTab } from './pages.ts';

const TAB_ICONS: Record<LearnerTab, string> = {
  today: 'today',
  timetable: 'grid',
  tasks: 'task',
  messages: 'bell',
  me: 'me',
};

export interface FrameProps {
  readonly tab: LearnerTab;
  /** Tabs that have a page; a tab without one is absent. */
  readonly tabs: readonly LearnerTab[];
  /** Query to carry along (the chosen child), with its `?`, or empty. */
  readonly search: string;
  /** When what is shown was fetched, as a time of day; null while nothing is. */
  readonly fetchedAt: string | null;
  /** Time the demo's clock stands at, as text; null outside a demo. */
  readonly demoClock: string | null;
  readonly children: ComponentChildren;
}

/** What stands around every learner page: network, demo, the tabs. */
export function Frame({ tab, tabs, search, fetchedAt, demoClock, children }: FrameProps) {
  const isOnline = useOnline();
  return (
    <div class="frame">
      {demoClock && <p class="banner">{t('platform.demo.clock', { clock: demoClock })}</p>}
      {!isOnline && (
        <p class="banner offline" role="status">
          {fetchedAt ? t('platform.offline.since', { time: fetchedAt }) : t('platform.offline')}
        </p>
      )}
      <div class="shell frame">
        <StateChip isOnline={isOnline} time={fetchedAt} />
        {children}
      </div>
      <nav class="tabs" aria-label={t('platform.tabs')}>
        {LEARNER_TABS.filter((item) => tabs.includes(item)).map((item) => (
          <a
            key={item}
            href={`${item === 'today' ? '/' : `/my/${item}`}${search}`}
            aria-current={item === tab ? 'page' : undefined}
          >
            <i class={`i i-${TAB_ICONS[item]}`} aria-hidden="true" />
            {t(`platform.tab.${item}`)}
          </a>
        ))}
      </nav>
    </div>
  );
}

/** Network and age of what is shown. */
function StateChip({ isOnline, time }: { isOnline: boolean; time: string | null }) {
  return (
    <span class={`state ${isOnline ? '' : 'offline'}`}>
      <i class={`i ${isOnline ? 'i-wifi' : 'i-nowifi'}`} aria-hidden="true" />
      <span class="vh">{t(isOnline ? 'platform.online' : 'platform.offline')}</span>
      {time && <span class="num">{time}</span>}
    </span>
  );
}
