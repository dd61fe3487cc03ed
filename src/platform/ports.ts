import { createServer, type AddressInfo } from 'node:net';

import { errorCode, StartRefusal } from './start-refusal.ts';

/**
 * Makes sure that the port can be listened on, before anything heavy is started.
 *
 * @param port - 0: any free one.
 * @returns the port.
 * @throws {StartRefusal} `port_taken`, `port_forbidden` or `host_unknown`.
 */
export async function requireFreePort(host: string, port: number): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenRefusal(error, host, port)));
    server.listen(port, host, () => {
      const taken = (server.address() as AddressInfo).port;
      server.close(() => resolve(taken));
    });
  });
}

/** Turns the system's refusal to listen into a sentence; any other error comes back as it is. */
export function listenRefusal(error: unknown, host: string, port: number): unknown {
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return new StartRefusal(
        'port_taken',
        {
          zh: `端口 ${port} 已被其他程序占用。请停止该程序，或换一个端口启动，例如 PORT=${port + 1} npm start。`,
          en: `Port ${port} is taken by another program. Stop it, or start on another port, as in PORT=${port + 1} npm start.`,
        },
        { cause: error },
      );
    case 'EACCES':
      return new StartRefusal(
        'port_forbidden',
        {
          zh: `当前用户无权使用端口 ${port}。请换一个 1024 以上的端口，例如 PORT=8080 npm start。`,
          en: `This user may not use port ${port}. Take one above 1024, as in PORT=8080 npm start.`,
        },
        { cause: error },
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return new StartRefusal(
        'host_unknown',
        {
          zh: `本机没有网络地址 ${host}。请检查 HOST；127.0.0.1 表示仅本机，0.0.0.0 表示所有网卡。`,
          en: `This machine has no network address ${host}. Check HOST; 127.0.0.1 is this machine only, 0.0.0.0 means all.`,
        },
        { cause: error },
      );
    default:
      return error;
  }
}
