import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface SlowProxy {
  readonly port: number;
  /** Bytes that went through so far, per direction. */
  readonly carried: { down: number; up: number };
  /** Cuts every connection and refuses new ones until `restore`. */
  cut(): void;
  restore(): void;
  close(): Promise<void>;
}

interface Line {
  /** Bits a second, each way. */
  readonly bitsPerSecond: number;
  /** Round trip in milliseconds; each way takes half. */
  readonly roundTripMs: number;
}

/**
 * A TCP proxy that behaves like a weak line: all connections through it share the rate, and every byte
 * comes late. (There is no `netem` on the machines the tests run on.)
 */
export async function slowProxy(target: { host: string; port: number }, line: Line): Promise<SlowProxy> {
  const carried = { down: 0, up: 0 };
  const sockets = new Set<Socket>();
  let isCut = false;
  const pipes = { down: new SharedLine(line), up: new SharedLine(line) };
  const server = createServer((client) => {
    if (isCut) return void client.destroy();
    const upstream = connect(target);
    join(client, upstream, pipes.up, (bytes) => (carried.up += bytes));
    join(upstream, client, pipes.down, (bytes) => (carried.down += bytes));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    carried,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    restore() {
      isCut = false;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One direction of the line: bytes of all connections queue for it one after another. */
class SharedLine {
  readonly #line: Line;
  /** When the line has sent what it was given so far, in milliseconds of `performance.now()`. */
  #freeAt = 0;

  constructor(line: Line) {
    this.#line = line;
  }

  /** @returns after how many milliseconds these bytes have arrived at the other end. */
  take(bytes: number): number {
    const now = performance.now();
    this.#freeAt = Math.max(now, this.#freeAt) + (bytes * 8_000) / this.#line.bitsPerSecond;
    return this.#freeAt - now + this.#line.roundTripMs / 2;
  }
}

/** Pieces small enough that connections share the line fairly, in bytes. */
const pieceBytes = 1_400;

function join(from: Socket, to: Socket, line: SharedLine, count: (bytes: number) => void): void {
  let ended = false;
  const onTheWay: Buffer[] = [];
  const finish = () => {
    if (ended && onTheWay.length === 0) to.end();
  };
  from.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      const piece = chunk.subarray(at, at + pieceBytes);
      onTheWay.push(piece);
      setTimeout(() => {
        // Timers of different lengths may swap within a millisecond; the bytes must not.
        const next = onTheWay.shift() ?? piece;
        if (to.writable) to.write(next);
        count(next.length);
        // Without pausing the sender would fill our memory while believing the line is fast.
        if (onTheWay.length < 4 && from.isPaused()) from.resume();
        finish();
      }, line.take(piece.length));
    }
    if (onTheWay.length >= 8) from.pause();
  });
  from.on('end', () => {
    ended = true;
    finish();
  });
}
