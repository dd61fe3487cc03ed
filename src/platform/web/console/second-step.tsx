import { lazy, Suspense, useEffect, useState } from 'react';
import { askSecondStepWith, type SecondStepReason } from '../second-step.ts';

const SecondStepDialog = lazy(() => import('./second-step-dialog.tsx'));

interface Asked {
  readonly reason: SecondStepReason;
  answer(isAnswered: boolean): void;
}

/** Asks for the second step wherever the server stops for it, then lets the same request go out again. */
export function SecondStepGate() {
  const [asked, setAsked] = useState<Asked | null>(null);
  useEffect(
    () =>
      askSecondStepWith(
        (reason) =>
          new Promise((resolve) => {
            setAsked((before) => {
              // Two requests that stop at once wait for the one answer.
              const answer = (isAnswered: boolean) => {
                before?.answer(isAnswered);
                setAsked(null);
                resolve(isAnswered);
              };
              return { reason, answer };
            });
          }),
      ),
    [],
  );
  if (asked === null) return null;
  return (
    <Suspense fallback={null}>
      <SecondStepDialog
        reason={asked.reason}
        onDone={() => asked.answer(true)}
        onCancel={() => asked.answer(false)}
      />
    </Suspense>
  );
}
