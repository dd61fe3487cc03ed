import { useState } from 'preact/hooks';
import { ApiProblem } from '../api-problem.ts';

export interface Submit {
  readonly problem: ApiProblem | undefined;
  readonly isBusy: boolean;
  /** Runs what the form does; a refusal becomes `problem`, and a second press while it runs does nothing. */
  readonly run: (work: () => Promise<void>) => void;
}

/** State of one form: idle, sending, refused. */
export function useSubmit(): Submit {
  const [problem, setProblem] = useState<ApiProblem>();
  const [isBusy, setBusy] = useState(false);
  const run = (work: () => Promise<void>): void => {
    if (isBusy) return;
    setBusy(true);
    setProblem(undefined);
    work()
      .catch((error: unknown) => {
        if (!(error instanceof ApiProblem)) throw error;
        setProblem(error);
      })
      .finally(() => setBusy(false));
  };
  return { problem, isBusy, run };
}
