import { randomInt } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export const LINE_FAULTS = ['late', 'cutRequest', 'cutAnswer', 'halfOpen'] as const;
/**
 * `late`: 300 ms each way; `cutRequest`: broken somewhere in the request; `cutAnswer`: broken when the answer comes, so
 * that the write is done and nobody knows; `halfOpen`: nothing comes through any more, and nobody says so.
 */
export type LineFault = (typeof LINE_FAULTS)[number];

export interface BadLine {
  readonly url: string;
  readonly port: number;
  /** How often each fault has struck. */
  readonly struck: Readonly<Record<LineFault, number>>;
  close(): Promise<void>;
}

const LATE_MS = 300;

/**
 * A TCP proxy before the product on which a share of the requests goes wrong, each in one of the ways above.
 *
 * @param percent - requests of a hundred with which their connection goes wrong.
 */
export async function openBadLine(port: number, percent: number): Promise<BadLine> {
  const struck: Record<LineFault, number> = { late: 0, cutRequest: 0, cutAnswer: 0, halfOpen: 0 };
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    let fault: LineFault | null = null;
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
    const cut = () => client.resetAndDestroy();
    client.on('data', (chunk: Buffer) => {
      // Drawn anew for every request of a kept connection; once gone wrong, it stays so.
      if (fault === null && randomInt(100) < percent) {
        fault = LINE_FAULTS[randomInt(LINE_FAULTS.length)]!;
        struck[fault] += 1;
      }
      if (fault === 'halfOpen') return;
      if (fault === 'cutRequest') {
        upstream.write(chunk.subarray(0, randomInt(chunk.length)));
        setImmediate(cut);
      } else if (fault === 'late') setTimeout(() => upstream.writable && upstream.write(chunk), LATE_MS);
      else upstream.write(chunk);
    });
    upstream.on('data', (chunk: Buffer) => {
      if (fault === 'cutAnswer') cut();
      else if (fault === 'late') setTimeout(() => client.writable && client.write(chunk), LATE_MS);
      else client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port: ownPort } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${ownPort}`,
    port: ownPort,
    struck,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
