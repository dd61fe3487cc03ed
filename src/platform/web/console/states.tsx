import { Button, Skeleton } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import { timeOfDay } from '../../i18n/format.ts';
import { ApiProblem } from '../api-problem.ts';
import { t } from '../t.ts';

/** Skeleton of the real rows, after 200 ms; before that nothing, so that fast answers do not flicker. */
export function SkeletonRows({ rows = 6 }: { rows?: number }) {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 200);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div role="status" aria-busy="true" aria-label={t('platform.loading')} className="skeleton-rows">
      {isShown && <Skeleton active title={false} paragraph={{ rows, width: '100%' }} />}
    </div>
  );
}

/** Says why there is nothing, and what comes next. `isGood`: nothing is the best news. */
export function Empty({
  title,
  isGood = false,
  children,
}: {
  title: string;
  isGood?: boolean;
  children?: ReactNode;
}) {
  return (
    <div className={`empty ${isGood ? 'good' : ''}`}>
      <p className="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** What happened, why, what to do, and a number to quote; the rest of the page keeps working. */
export function ProblemNotice({ error, onRetry }: { error: unknown; onRetry?: () => unknown }) {
  const [isCopied, setCopied] = useState(false);
  if (!(error instanceof ApiProblem)) throw error;
  if (error.status === 403) return <Forbidden>{error.message}</Forbidden>;
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(error.requestId ?? '');
    setCopied(true);
  };
  return (
    <div className="notice failed" role="alert">
      <p>{error.message}</p>
      <p className="notice-acts">
        {onRetry && (
          <Button size="small" onClick={() => void onRetry()}>
            {t('platform.retry')}
          </Button>
        )}
        {error.requestId && isSecureContext && (
          <Button size="small" type="text" onClick={() => void copy()}>
            {isCopied ? t('platform.state.copied') : t('platform.state.copyId')}
          </Button>
        )}
        {error.requestId && <span className="muted">{t('platform.requestId', { id: error.requestId })}</span>}
      </p>
    </div>
  );
}

/** Not yours to see: says so, and where one may ask. */
export function Forbidden({ children }: { children?: ReactNode }) {
  return <div className="notice">{children ?? t('platform.state.forbidden')}</div>;
}

/** Some units have not reported: how many have. */
export function Partial({ have, all }: { have: number; all: number }) {
  if (have === all) return null;
  return <output className="notice waiting">{t('platform.state.partial', { have, all })}</output>;
}

const STALE_MS = 60_000;
const VERY_STALE_MS = 5 * 60_000;

export interface AgeProps {
  /** When the answer came, in milliseconds since 1970 on this device, as the query cache counts (`dataUpdatedAt`). */
  readonly fetchedAt: number;
  /** The server's instant of the answer (`now`); the device's clock may be wrong and a demo's is another. */
  readonly at: string;
  readonly timeZone: string;
}

/** Age of what is shown: quiet while fresh, amber after a minute. */
export function StaleTime({ fetchedAt, at, timeZone }: AgeProps) {
  const age = useAge(fetchedAt);
  if (age < STALE_MS) {
    return (
      <span className="muted num">{t('platform.state.updated', { time: timeOfDay(at, timeZone) })}</span>
    );
  }
  return (
    <span className="amber num">{t('platform.state.stale', { minutes: Math.floor(age / 60_000) })}</span>
  );
}

/** A line above the rows once they are more than five minutes old. */
export function VeryStale({ fetchedAt, at, timeZone }: AgeProps) {
  const age = useAge(fetchedAt);
  if (age < VERY_STALE_MS) return null;
  return (
    <output className="notice waiting">
      {t('platform.state.veryStale', {
        minutes: Math.floor(age / 60_000),
        time: timeOfDay(at, timeZone),
      })}
    </output>
  );
}

function useAge(fetchedAt: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, now - fetchedAt);
}
