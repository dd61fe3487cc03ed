import { ApiProblem } from './api-problem.ts';

/** Why the server stopped: the second step is to be answered, or to be set up first. */
export type SecondStepReason = 'totp_required' | 'totp_setup_required';
type Ask = (reason: SecondStepReason) => Promise<boolean>;

let ask: Ask | undefined;

/** Registers what asks the person; pages without it show the refusal. @returns ends it. */
export function askSecondStepWith(asking: Ask): () => void {
  ask = asking;
  return () => {
    if (ask === asking) ask = undefined;
  };
}

/** Whether a refusal was for want of the second step and the person has answered it now: the same request may go out again. */
export async function isAnswered(error: unknown): Promise<boolean> {
  if (!(error instanceof ApiProblem) || ask === undefined) return false;
  if (error.code !== 'totp_required' && error.code !== 'totp_setup_required') return false;
  return ask(error.code);
}
