import { ApiProblem, isPassing } from '../../../platform/web/api-problem.ts';
import { newKey } from '../../../platform/web/api.ts';
import type { PendingMessage } from './chat-view.ts';

/** Chat lines of ours that are not in the class's talk yet. */
export interface Outbox {
  readonly pending: readonly PendingMessage[];
  say(text: string): void;
  /** The line is back: sends what waited. */
  retry(): void;
  /** The server gave this line a place in the talk. */
  arrived(clientId: string): void;
}

/**
 * Sends one line after another in the order written; the same line may be sent twice, its id makes it one.
 *
 * @param send - rejects with the server's refusal.
 */
export function createOutbox(
  send: (clientId: string, text: string) => Promise<{ toStaff: boolean }>,
  onChange: () => void,
): Outbox {
  let pending: PendingMessage[] = [];
  let isSending = false;

  const mark = (clientId: string, state: PendingMessage['state']): void => {
    pending = pending.map((message) => (message.clientId === clientId ? { ...message, state } : message));
    onChange();
  };

  const drain = async (): Promise<void> => {
    if (isSending) return;
    isSending = true;
    for (;;) {
      const next = pending.find(({ state }) => state === 'sending');
      if (!next) break;
      try {
        const { toStaff } = await send(next.clientId, next.text);
        // The class's talk will not bring it back: it stays here, where its writer sees it.
        if (toStaff) mark(next.clientId, 'toStaff');
        else arrived(next.clientId);
      } catch (error) {
        if (!(error instanceof ApiProblem)) throw error;
        mark(next.clientId, isPassing(error) ? 'waiting' : { refusal: error.message });
      }
    }
    isSending = false;
  };

  function arrived(clientId: string): void {
    pending = pending.filter((message) => message.clientId !== clientId);
    onChange();
  }

  return {
    get pending() {
      return pending;
    },
    say(text) {
      pending = [...pending, { clientId: uuid(), text, state: 'sending' }];
      onChange();
      void drain();
    },
    retry() {
      if (!pending.some(({ state }) => state === 'waiting')) return;
      pending = pending.map((message) =>
        message.state === 'waiting' ? { ...message, state: 'sending' } : message,
      );
      void drain();
    },
    arrived,
  };
}

/** A random id in the form of a UUID, version 4; pages on a plain LAN address have no `randomUUID`. */
function uuid(): string {
  const hex = newKey();
  const variant = '89ab'.charAt(parseInt(hex.charAt(16), 16) % 4);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
