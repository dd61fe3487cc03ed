/** @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ApiProblem } from '../api-problem.ts';
import { t } from '../t.ts';

/** The slate's own shape while its data come; after 4 s it says why it takes long. */
export function SlateSkeleton() {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 4_000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <section class="slate loading" aria-busy="true" aria-label={t('platform.loading')}>
      <div class="bone" />
      <div class="bone b" />
      <div class="bone c" />
      {isSlow ? <p role="status">{t('platform.slow')}</p> : <div class="bone d" />}
    </section>
  );
}

/** Nothing is here: what that means, and what to do next. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <section class="card empty">
      <i class="i i-check" aria-hidden="true" />
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** What happened, why, what to do; the rest of the page keeps working. */
export function ProblemNotice({ problem, onRetry }: { problem: ApiProblem; onRetry?: () => void }) {
  return (
    <div class={`notice ${problem.status === 0 ? 'waiting' : 'failed'}`} role="alert">
      <i class={`i ${problem.status === 0 ? 'i-nowifi' : 'i-warn'}`} aria-hidden="true" />
      <div>
        <p>{problem.message}</p>
        {problem.requestId && <p class="small muted">{t('platform.requestId', { id: problem.requestId })}</p>}
        {onRetry && (
          <button type="button" class="btn quiet" onClick={onRetry}>
            {t('platform.retry')}
          </button>
        )}
      </div>
    </div>
  );
}
