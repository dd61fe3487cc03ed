import { stat } from 'node:fs/promises';

import type { Config } from './config.ts';
import { errorCode, StartRefusal } from './start-refusal.ts';

/**
 * Refuses a production start that would put people's data at risk (K-05).
 *
 * @param execArgv - options Node itself was started with.
 * @throws {StartRefusal} naming the setting and what to do.
 */
export async function requireSafeProduction(
  config: Config,
  execArgv: readonly string[] = process.execArgv,
): Promise<void> {
  if (config.tls === null && config.trustedProxies.length === 0) {
    throw new StartRefusal('production_without_tls', {
      zh: '正式运行不能使用明文 http。请用 TLS_CERT 和 TLS_KEY 指定证书，或把提供 https 的代理地址写入 TRUSTED_PROXY。',
      en: 'Production does not run over plain http. Name a certificate with TLS_CERT and TLS_KEY, or the proxy that provides https with TRUSTED_PROXY.',
    });
  }
  if (!config.publicUrl.startsWith('https://')) {
    throw new StartRefusal('production_public_url', {
      zh: `正式运行需要 PUBLIC_URL，即师生输入的 https 网址（现在是 ${config.publicUrl}）。`,
      en: `Production needs PUBLIC_URL, the https address that people type (now ${config.publicUrl}).`,
    });
  }
  if (config.demoOpen) {
    throw new StartRefusal('production_demo_open', {
      zh: '正式运行不能开放演示账号的一键登录。请去掉 DEMO_OPEN 和 --demo-open。',
      en: 'Production does not open demo accounts to everybody. Remove DEMO_OPEN and --demo-open.',
    });
  }
  if (config.logLevel === 'debug' || execArgv.some((argument) => argument.startsWith('--inspect'))) {
    throw new StartRefusal('production_debug', {
      zh: '正式运行不能处于调试状态。请去掉 LOG_LEVEL=debug 和 Node 的 --inspect。',
      en: 'Production does not run in debug mode. Remove LOG_LEVEL=debug and Node’s --inspect.',
    });
  }
  if (config.databaseUrl !== null) requirePassword(config.databaseUrl);
  await requirePrivateFolder(config.dataDir);
}

function requirePassword(databaseUrl: string): void {
  // An address of a socket may have no host at all, which a URL must have.
  const url = new URL(databaseUrl.replace(/^([a-z]+:\/\/([^@/]*@)?)\//, '$1localhost/'));
  const bySocket = url.searchParams.get('host')?.startsWith('/') || /^%2f/i.test(url.hostname);
  const known = ['', 'password', 'postgres', '123456', decodeURIComponent(url.username)];
  if (bySocket || !known.includes(decodeURIComponent(url.password))) return;
  throw new StartRefusal('production_default_password', {
    zh: 'DATABASE_URL 中的数据库密码为空或是默认密码。请先在数据库中设置自己的密码。',
    en: 'The database password in DATABASE_URL is empty or a default one. Set your own in the database first.',
  });
}

async function requirePrivateFolder(dataDir: string): Promise<void> {
  try {
    const { mode } = await stat(dataDir);
    // Passing through may be allowed (a system user runs the database), reading and writing not.
    if ((mode & 0o066) === 0) return;
  } catch (error) {
    // Not there yet: it will be made for its owner only.
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  throw new StartRefusal('production_open_folder', {
    zh: `数据文件夹 ${dataDir} 对其他用户开放。请运行 chmod 700 ${dataDir} 后再启动。`,
    en: `The data folder ${dataDir} is open to other users. Run chmod 700 ${dataDir} and start again.`,
  });
}
