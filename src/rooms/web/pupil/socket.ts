import type { ServerMessage } from '../../wire.ts';

export interface RoomSocketClient {
  /** Closes for good, or until `open` is called again. */
  close(): void;
  open(): void;
}

const retryAfterMs = [2000, 5000, 15_000, 30_000];

/**
 * The room's socket: brings orders, hands and talk at once. All it brings the feed brings too, a little later, so
 * nothing depends on it; in the lightest step it is not opened at all.
 *
 * @param address - gives an address with a fresh single-use ticket for each attempt.
 */
export function createRoomSocket(
  address: () => Promise<string>,
  onMessage: (message: ServerMessage) => void,
): RoomSocketClient {
  let socket: WebSocket | null = null;
  let isWanted = false;
  let failures = 0;
  let timer = 0;

  const again = (): void => {
    if (!isWanted) return;
    timer = window.setTimeout(
      () => void connect(),
      retryAfterMs[Math.min(failures, retryAfterMs.length - 1)]!,
    );
    failures += 1;
  };

  const connect = async (): Promise<void> => {
    let given: string;
    try {
      given = await address();
    } catch {
      again(); // the line is down; the feed says so to the pupil
      return;
    }
    if (!isWanted) return;
    const opened = new WebSocket(given);
    socket = opened;
    opened.addEventListener('open', () => {
      failures = 0;
    });
    opened.addEventListener('message', ({ data }) => onMessage(JSON.parse(String(data)) as ServerMessage));
    opened.addEventListener('close', () => {
      if (socket !== opened) return;
      socket = null;
      again();
    });
  };

  return {
    open() {
      if (isWanted) return;
      isWanted = true;
      void connect();
    },
    close() {
      isWanted = false;
      clearTimeout(timer);
      const open = socket;
      socket = null;
      if (open) open.close();
    },
  };
}
