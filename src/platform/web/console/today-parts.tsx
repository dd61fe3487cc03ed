import { lazy, Suspense } from 'react';
import { useActing } from './me.ts';
import { TODAY_PARTS } from './page-list.ts';

const PARTS = TODAY_PARTS.map(({ action, load }) => ({ action, Part: lazy(load) }));

/** What other capabilities put on Today: people first. They come when they come; the lessons do not wait. */
export function TodayParts() {
  const { can } = useActing();
  return (
    <Suspense fallback={<div aria-busy="true" />}>
      {PARTS.filter(({ action }) => can(action)).map(({ action, Part }) => (
        <Part key={action} />
      ))}
    </Suspense>
  );
}
