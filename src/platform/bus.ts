import { EventEmitter } from 'node:events';
import { asOwner } from './wall/reader.ts';

/**
 * Messages between parts of one cell: "this lesson changed", "this session was revoked".
 *
 * A message says *that* something changed and carries ids; the truth stays in the database, so a lost
 * message costs time, never data. In-process driver; a NATS driver implements the same port.
 */
export interface Bus {
  publish(topic: string, message: BusMessage): void;
  /** @returns a function that ends the subscription. */
  subscribe(topic: string, handler: (message: BusMessage) => void): () => void;
}
export type BusMessage = Readonly<Record<string, unknown>>;

/** @param onError - told of a handler that threw; the other handlers still run. */
export function inProcessBus({ onError }: { onError: (error: unknown, topic: string) => void }): Bus {
  const emitter = new EventEmitter({ captureRejections: false });
  // Each open room subscribes; the default of 10 would warn about a normal school morning.
  emitter.setMaxListeners(0);
  return {
    publish(topic, message) {
      asOwner('bus', () => emitter.emit(topic, message));
    },
    subscribe(topic, handler) {
      const guarded = (message: BusMessage) => {
        try {
          handler(message);
        } catch (error) {
          onError(error, topic);
        }
      };
      emitter.on(topic, guarded);
      return () => void emitter.off(topic, guarded);
    },
  };
}
