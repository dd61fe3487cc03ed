import { Agent, createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { quantile, round } from '../bench.ts';

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** A client with kept-alive connections, as browsers and proxies keep them. */
export function client(
  host: string,
  port: number,
  connections: number,
): {
  send(call: Call): Promise<Answer>;
  close(): void;
} {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' });
  return {
    send: ({ method = 'GET', path, headers = {}, body }) =>
      new Promise((resolve, reject) => {
        const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
        const sent = request(
          { host, port, method, path, headers: { ...headers, ...length }, agent },
          (answer: IncomingMessage) => {
            const parts: Buffer[] = [];
            answer.on('data', (part: Buffer) => parts.push(part));
            answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts) }));
            answer.on('error', reject);
          },
        );
        sent.on('error', reject);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}

export interface Rate {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly seconds: number;
}

/** So many callers, each with one call under way, until the calls are used up. */
export async function drive(callers: number, calls: readonly (() => Promise<void>)[]): Promise<Rate> {
  const latencies: number[] = [];
  let next = 0;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (;;) {
        const call = calls[next++];
        if (call === undefined) return;
        const begun = performance.now();
        await call();
        latencies.push(performance.now() - begun);
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    perSecond: round(calls.length / seconds),
    p50Ms: round(quantile(latencies, 0.5), 1),
    p99Ms: round(quantile(latencies, 0.99), 1),
    seconds: round(seconds, 2),
  };
}

/** @throws {Error} with the answer when it is not the status wanted: a bench of refusals measures nothing. */
export function requireStatus(answer: Answer, status: number, what: string): void {
  if (answer.status !== status)
    throw new Error(`${what}: ${answer.status} ${answer.body.toString('utf8').slice(0, 300)}`);
}

/** Bare Node `http` in its own process-free form: answers `bytes` to everything. */
export async function bareServer(bytes: number): Promise<{ port: number; close(): Promise<void> }> {
  const body = Buffer.alloc(bytes, 1);
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes });
    response.end(body);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
