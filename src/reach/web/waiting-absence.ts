import { useEffect } from 'preact/hooks';
import { ApiProblem } from '../../platform/web/api-problem.ts';
import { api } from '../../platform/web/api.ts';
import type { Reason } from '../rules/follow-up.ts';

/** A tap that could not be sent yet: kept on this device with its key, so that it is told once. */
export interface WaitingAbsence {
  readonly pupilId: string;
  readonly lessonId: string | null;
  readonly reason: Reason;
  readonly key: string;
}

const slot = (pupilId: string): string => `waiting-absence ${pupilId}`;

export function keepWaiting(waiting: WaitingAbsence): void {
  localStorage.setItem(slot(waiting.pupilId), JSON.stringify(waiting));
}

export function forgetWaiting(pupilId: string): void {
  localStorage.removeItem(slot(pupilId));
}

/** Sends what waits as soon as there is a network; a refusal (the lesson is over) ends the waiting too. */
export function useWaiting<Answer>(
  pupilId: string,
  isOnline: boolean,
  onTold: (answer: Answer) => void,
): void {
  useEffect(() => {
    const kept = localStorage.getItem(slot(pupilId));
    if (!isOnline || kept === null) return;
    const { key, ...body } = JSON.parse(kept) as WaitingAbsence;
    api.post('/api/cannot-attend', { body, key }).then(
      (answer) => {
        forgetWaiting(pupilId);
        onTold(answer as Answer);
      },
      (error: unknown) => {
        if (!(error instanceof ApiProblem)) throw error;
        if (error.status !== 0) forgetWaiting(pupilId);
      },
    );
  }, [pupilId, isOnline, onTold]);
}
