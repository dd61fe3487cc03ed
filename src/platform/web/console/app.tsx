import { lazy, useMemo } from 'react';
import { createBrowserRouter, Navigate, RouterProvider } from 'react-router';
import { ApiProblem } from '../api-problem.ts';
import { t } from '../t.ts';
import { ConsoleFrame } from './frame.tsx';
import { addressAppointment, standingOf, useMe, type Me } from './me.ts';
import { landingPage, openPages } from './menu.ts';
import { CONSOLE_PAGES } from './page-list.ts';
import { Empty, ProblemNotice, SkeletonRows } from './states.tsx';

/** The console of one appointment. */
export function ConsoleApp() {
  const me = useMe();
  if (me.isError && me.error instanceof ApiProblem && me.error.status === 401) {
    location.replace(`/sign-in?then=${encodeURIComponent(location.pathname + location.search)}`);
    return null;
  }
  if (me.isError) {
    return (
      <main className="content lonely">
        <ProblemNotice error={me.error} onRetry={me.refetch} />
      </main>
    );
  }
  if (me.isPending) {
    return (
      <main className="content lonely">
        <SkeletonRows />
      </main>
    );
  }
  return <Routes me={me.data} />;
}

function Routes({ me }: { me: Me }) {
  const router = useMemo(() => consoleRouter(me), [me]);
  return <RouterProvider router={router} />;
}

function consoleRouter(me: Me) {
  const standing = standingOf(me);
  const first = landingPage(standing, CONSOLE_PAGES);
  const pages = openPages(standing, CONSOLE_PAGES).map(({ path, load }) => ({ path, Component: lazy(load) }));
  return createBrowserRouter(
    [
      {
        path: '/',
        element: <ConsoleFrame me={me} />,
        children: [
          { index: true, element: first ? <Navigate to={`/${first.path}`} replace /> : <NoPages /> },
          ...pages,
          { path: '*', element: <Empty title={t('platform.noPage')} /> },
        ],
      },
    ],
    { basename: `/console/${addressAppointment(location.pathname)}` },
  );
}

function NoPages() {
  return (
    <Empty title={t('platform.console.noPages')}>
      <p className="muted">{t('platform.console.noPagesWhy')}</p>
    </Empty>
  );
}
