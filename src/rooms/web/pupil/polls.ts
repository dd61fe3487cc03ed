import { ApiProblem, isPassing } from '../../../platform/web/api-problem.ts';
import { POLL_LATE_SECONDS } from '../../wire.ts';
import type { Poll } from '../shared/talk.ts';
import type { createPollCard, PollCard } from './poll-card.ts';

/** What a pupil answers. */
export interface PollAnswer {
  readonly chosen: number[] | null;
  readonly written: string | null;
}

export interface Polls {
  /** @param nowMs - by the server's clock. */
  update(poll: Poll | null, nowMs: number): void;
  stop(): void;
}

const sendAgainMs = 3000;

/**
 * The question that runs: asked once, its answer sent until the server has it or refuses it; also after a reload.
 *
 * @param place - where the card stands.
 */
export function createPolls(
  place: HTMLElement,
  answer: (id: string, answer: PollAnswer) => Promise<unknown>,
  cards: () => Promise<{ createPollCard: typeof createPollCard }>,
): Polls {
  let open: { id: string; card: PollCard } | null = null;
  let opening: string | null = null;
  /** Put away by the pupil. */
  const seen = new Set<string>();
  let again = 0;
  let latest: { poll: Poll; nowMs: number } | null = null;
  const key = (id: string): string => `nol-poll-${id}`;

  const given = (id: string): PollAnswer | null => {
    const kept = sessionStorage.getItem(key(id));
    return kept === null ? null : (JSON.parse(kept) as PollAnswer);
  };

  const close = (): void => {
    clearTimeout(again);
    if (open) open.card.remove();
    open = null;
  };

  const send = async (id: string, card: PollCard, chosen: PollAnswer): Promise<void> => {
    card.setSending();
    try {
      await answer(id, chosen);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      if (isPassing(error)) {
        card.setWaiting();
        again = setTimeout(() => void send(id, card, chosen), sendAgainMs) as unknown as number;
      } else card.setFailed(error.message);
      return;
    }
    sessionStorage.setItem(key(id), JSON.stringify(chosen));
    show();
  };

  const show = (): void => {
    if (!latest || !open || open.id !== latest.poll.id) return;
    const { poll, nowMs } = latest;
    open.card.update({
      secondsLeft: Math.ceil((poll.untilMs - nowMs) / 1000),
      isOver: nowMs > poll.untilMs + POLL_LATE_SECONDS * 1000,
      given: given(poll.id),
      shown: poll.shown,
    });
  };

  const ask = async (poll: Poll): Promise<void> => {
    opening = poll.id;
    let parts: Awaited<ReturnType<typeof cards>>;
    try {
      parts = await cards();
    } catch {
      return; // the line is down: asked for again with the next tick
    } finally {
      opening = null;
    }
    if (!latest || latest.poll.id !== poll.id) return;
    close();
    const card = parts.createPollCard(poll.question, {
      send: (chosen) => void send(poll.id, card, chosen),
      away: () => {
        seen.add(poll.id);
        close();
      },
    });
    open = { id: poll.id, card };
    place.append(card.element);
    show();
  };

  return {
    stop: close,
    update(poll, nowMs) {
      if (poll === null) return;
      latest = { poll, nowMs };
      if (seen.has(poll.id) || opening === poll.id) return;
      if (open && open.id === poll.id) return show();
      // Who comes in after its end sees how the class answered, not a question that takes no answer.
      const isOver = nowMs > poll.untilMs + POLL_LATE_SECONDS * 1000;
      if (isOver && poll.shown === null) return close();
      void ask(poll);
    },
  };
}
