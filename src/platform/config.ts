import path from 'node:path';

/** How the product runs; read once at the start, passed explicitly. */
export interface Config {
  /** `local`: loopback http; `lan`: trial with our own certificate; `serve`: behind TLS or a declared proxy. */
  readonly mode: 'local' | 'lan' | 'serve';
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  /** Address people type; links and QR codes are made of it. */
  readonly publicUrl: string;
  readonly trustedProxies: readonly string[];
  readonly logLevel: string;
  /** One-click entry into demo accounts from other machines than this one. */
  readonly demoOpen: boolean;
}

/**
 * Reads the settings.
 *
 * @throws {RangeError} naming the setting and what it takes.
 */
export function readConfig(env: NodeJS.ProcessEnv, mode: Config['mode']): Config {
  const host = env['HOST'] || '127.0.0.1';
  const port = Number(env['PORT'] || 8080);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`PORT must be a whole number from 0 to 65535, not "${env['PORT']}".`);
  }
  return {
    mode,
    host,
    port,
    dataDir: path.resolve(env['DATA_DIR'] || './var'),
    databaseUrl: env['DATABASE_URL'] || null,
    publicUrl: env['PUBLIC_URL'] || `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`,
    trustedProxies: (env['TRUSTED_PROXY'] || '').split(',').filter(Boolean),
    logLevel: env['LOG_LEVEL'] || 'info',
    demoOpen: env['DEMO_OPEN'] === '1',
  };
}
