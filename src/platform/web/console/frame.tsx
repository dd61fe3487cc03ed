import { useQuery } from '@tanstack/react-query';
import { Drawer, Dropdown } from 'antd';
import { Suspense, useState } from 'react';
import { Link, NavLink, Outlet, useLocation } from 'react-router';
import { dayOf, dayTitle, timeOfDay } from '../../i18n/format.ts';
import type { WordKey } from '../../i18n/catalogues.ts';
import { firstData } from '../first-data.ts';
import { chooseLanguage, otherLanguage } from '../language.ts';
import { signOut } from '../sign-out.ts';
import { locale, t } from '../t.ts';
import { addressAppointment, standingOf, useActing, type Me } from './me.ts';
import { currentPage, menuFor, type MenuSection } from './menu.ts';
import { CONSOLE_PAGES } from './page-list.ts';
import type { ConsolePage } from './pages.ts';
import { SecondStepGate } from './second-step.tsx';
import { SkeletonRows } from './states.tsx';

/** Entries a thumb reaches in the bottom bar; the rest opens from the fifth. */
const BAR_ENTRIES = 4;

const TROUBLE_MS = 60_000;

/** What stands around every console page: sider or bottom bar, the appointment, the demo's clock. */
export function ConsoleFrame({ me }: { me: Me }) {
  const sections = menuFor(standingOf(me), CONSOLE_PAGES);
  return (
    <div className="console">
      <a className="skip" href="#content">
        {t('platform.console.skip')}
      </a>
      <aside className="sider">
        <Brand />
        <AppointmentSwitch me={me} />
        <Menu sections={sections} />
        <Foot me={me} />
      </aside>
      <main id="content" className="content" tabIndex={-1}>
        <DemoBanner />
        <Suspense fallback={<SkeletonRows />}>
          <Outlet />
        </Suspense>
      </main>
      <BottomBar sections={sections} me={me} />
      <SecondStepGate />
    </div>
  );
}

function Brand() {
  return (
    <div className="brand">
      <span className="mark" aria-hidden="true">
        {Array.from({ length: 9 }, (_, place) => (
          <i key={place} className={place === 8 ? 'one' : undefined} />
        ))}
      </span>
      <b>{t('platform.brand')}</b>
    </div>
  );
}

function Menu({ sections, onChoose }: { sections: readonly MenuSection[]; onChoose?: () => void }) {
  const { pathname } = useLocation();
  const lit = currentPage(pathname, sections);
  return (
    <nav className="menu" aria-label={t('platform.console.menu')}>
      {sections.map(({ group, pages }) => (
        <section key={group} aria-labelledby={`menu-${group}`}>
          <h2 id={`menu-${group}`}>{t(`platform.console.group.${group}`)}</h2>
          <ul>
            {pages.map((page) => (
              <li key={page.path}>
                <NavLink
                  to={`/${page.path}`}
                  aria-current={page === lit ? 'page' : undefined}
                  className={page === lit ? 'lit' : ''}
                  onClick={onChoose}
                >
                  {t(page.title)}
                  <Trouble page={page} />
                </NavLink>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}

/** How many people are missing behind an entry: red, absent when there are none. */
function Trouble({ page }: { page: ConsolePage }) {
  const { countTrouble } = page;
  const { orgId, appointmentId } = useActing();
  const { data = 0 } = useQuery({
    queryKey: ['trouble', page.path, appointmentId],
    queryFn: () => countTrouble?.(orgId) ?? 0,
    enabled: countTrouble !== undefined,
    refetchInterval: TROUBLE_MS,
  });
  return data > 0 ? <b className="trouble num">{data.toLocaleString()}</b> : null;
}

function roleName(role: string): string {
  return t(`people.role.${role}` as WordKey);
}

/** The appointment, unit on top and role below; changing it keeps the page. */
function AppointmentSwitch({ me }: { me: Me }) {
  const { pathname } = useLocation();
  const current = me.appointments.find(({ id }) => id === addressAppointment(location.pathname));
  const label = (
    <>
      <b>{current?.orgName}</b>
      <span>{roleName(current?.role ?? me.acting.role)}</span>
    </>
  );
  if (me.appointments.length < 2) return <div className="hat">{label}</div>;
  const items = me.appointments.map(({ id, orgName, role }) => ({
    key: id,
    label: `${orgName} · ${roleName(role)}`,
  }));
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items,
        selectedKeys: current ? [current.id] : [],
        // A whole page load: nothing of the other appointment's data stays in memory.
        onClick: ({ key }) => location.assign(`/console/${key}${pathname}`),
      }}
    >
      <button type="button" className="hat">
        {label}
        <span className="vh">{t('platform.console.switch')}</span>
        <span className="arrow-down" aria-hidden="true" />
      </button>
    </Dropdown>
  );
}

function Foot({ me }: { me: Me }) {
  const other = otherLanguage(locale());
  return (
    <div className="foot">
      <b>{me.name}</b>
      <div>
        <Link to="/account">{t('people.account.short')}</Link>
        <button type="button" lang={other.locale} onClick={() => chooseLanguage(other.locale)}>
          {other.name}
        </button>
        <button type="button" onClick={() => void signOut()}>
          {t('platform.console.signOut')}
        </button>
      </div>
    </div>
  );
}

/** Below 768 px: four entries and everything else. */
function BottomBar({ sections, me }: { sections: readonly MenuSection[]; me: Me }) {
  const [isOpen, setOpen] = useState(false);
  const { pathname } = useLocation();
  const lit = currentPage(pathname, sections);
  const entries = sections.flatMap(({ pages }) => pages).slice(0, BAR_ENTRIES);
  return (
    <>
      <nav className="bottom-bar" aria-label={t('platform.tabs')}>
        {entries.map((page) => (
          <NavLink key={page.path} to={`/${page.path}`} className={page === lit ? 'lit' : ''}>
            <span>
              {t(page.title)}
              <Trouble page={page} />
            </span>
          </NavLink>
        ))}
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(true)}>
          {t('platform.console.more')}
        </button>
      </nav>
      <Drawer
        open={isOpen}
        placement="bottom"
        size="large"
        onClose={() => setOpen(false)}
        title={t('platform.console.menu')}
        className="all-drawer"
      >
        <AppointmentSwitch me={me} />
        <Menu sections={sections} onChoose={() => setOpen(false)} />
        <Foot me={me} />
      </Drawer>
    </>
  );
}

/** Zone of the banner's clock. */
const HOME_ZONE = 'Asia/Shanghai';

/** A demo says that it is one, and where its clock stands. */
function DemoBanner() {
  const demoNow = (firstData() as { demoNow?: string | null } | undefined)?.demoNow;
  if (!demoNow) return null;
  const day = dayOf(demoNow, HOME_ZONE);
  const clock = `${dayTitle(day, locale(), Number(day.slice(0, 4)))} ${timeOfDay(demoNow, HOME_ZONE)}`;
  return <p className="demo-banner">{t('platform.demo.clock', { clock })}</p>;
}
