import { isIP } from 'node:net';
import { join, resolve } from 'node:path';

import { StartRefusal, type Sentence } from './start-refusal.ts';

/** How the product runs; read once at the start, passed explicitly. */
export interface Config {
  /** `local`: loopback http; `lan`: trial with our own certificate; `serve`: behind TLS or a declared proxy. */
  readonly mode: 'local' | 'lan' | 'serve';
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  /** Address people type; links and QR codes are made of it. Without a slash at the end. */
  readonly publicUrl: string;
  readonly trustedProxies: readonly string[];
  /** Hosts of the own network from which rosters may be fetched, in lower case; others must be on the public internet. */
  readonly syncAllowHosts: readonly string[];
  /** How long sessions live, in seconds: unused, and altogether. */
  readonly sessionLife: Readonly<Record<'learner' | 'staff' | 'schoolAdmin', SessionLife>>;
  /** Where security reports go (`mailto:…` or `https://…`), for `/.well-known/security.txt`; null: nobody is named. */
  readonly securityContact: string | null;
  readonly logLevel: string;
  /** Whether an empty database gets the demo region. */
  readonly demo: boolean;
  /** One-click entry into demo accounts from other machines than this one. */
  readonly demoOpen: boolean;
  /** Where the running server backs itself up to, and how many days are kept; `null`: it does not. */
  readonly backup: { readonly folder: string; readonly keepDays: number } | null;
  /** Certificate and key files for TLS without a proxy. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  /**
   * Both doors of a LAN trial: https with our own certificate, and plain http for the pupils' path on
   * telephones that do not know the certificate. Which one a request came through says `request.protocol`.
   */
  readonly lan: { readonly httpPort: number; readonly httpsPort: number } | null;
}

export interface SessionLife {
  readonly idleSeconds: number;
  readonly absoluteSeconds: number;
}

/** A setting from the environment, as `npm run nol -- help settings` lists it. */
export interface Setting extends Sentence {
  readonly name: string;
  readonly fallback: string;
}

export const settings: readonly Setting[] = [
  {
    name: 'HOST',
    fallback: '127.0.0.1',
    zh: '监听的网络地址；0.0.0.0 表示所有网卡（--lan 时的默认值）。',
    en: 'Network address to listen on; 0.0.0.0 means all (the default with --lan).',
  },
  {
    name: 'PORT',
    fallback: '8080',
    zh: '监听的端口，0–65535；0 表示任选一个空闲端口。',
    en: 'Port to listen on, 0–65535; 0 takes any free one.',
  },
  {
    name: 'LAN_HTTPS_PORT',
    fallback: '8443',
    zh: '--lan 时 https 的端口；PORT 仍是 http，供学生手机使用。',
    en: 'Port of https with --lan; PORT stays http, for the pupils’ telephones.',
  },
  {
    name: 'DATA_DIR',
    fallback: './var',
    zh: '存放全部数据的文件夹：数据库、文件、密钥。',
    en: 'Folder that holds everything: database, files, keys.',
  },
  {
    name: 'DATABASE_URL',
    fallback: '',
    zh: '外部 PostgreSQL 18 的地址（postgresql://…）；不填则使用内置数据库。',
    en: 'Address of an external PostgreSQL 18 (postgresql://…); without it the built-in database is used.',
  },
  {
    name: 'PUBLIC_URL',
    fallback: '',
    zh: '师生输入的网址（https://…），用于链接和二维码；不填则由 HOST 和 PORT 得出。',
    en: 'Address that people type (https://…), for links and QR codes; without it made from HOST and PORT.',
  },
  {
    name: 'TRUSTED_PROXY',
    fallback: '',
    zh: '前置代理的地址或网段，用逗号分隔；只采信来自它们的 X-Forwarded-*。',
    en: 'Addresses or networks of the proxy in front, separated by commas; only their X-Forwarded-* count.',
  },
  {
    name: 'SYNC_ALLOW_HOSTS',
    fallback: '',
    zh: '名册自动同步可以访问的内网主机名或内网地址，用逗号分隔，如 jwxt.school.lan,10.1.2.3；不填则只访问公网。本机和链路本地地址始终拒绝。',
    en: 'Host names or addresses of the own network from which a roster sync may fetch, separated by commas, as in jwxt.school.lan,10.1.2.3; without it only the public internet. This machine and link-local addresses stay refused.',
  },
  {
    name: 'TLS_CERT',
    fallback: '',
    zh: '证书文件（PEM）；与 TLS_KEY 一起使用，不经代理直接提供 https。',
    en: 'Certificate file (PEM); with TLS_KEY, for https without a proxy.',
  },
  {
    name: 'TLS_KEY',
    fallback: '',
    zh: '私钥文件（PEM）。',
    en: 'Private key file (PEM).',
  },
  {
    name: 'BACKUP_DIR',
    fallback: '',
    zh: '持续备份的文件夹（另一块磁盘或网络盘）：数据库日志每几秒、整库每晚；不填则不备份。',
    en: 'Folder of the running backup (another disk, or one on the network): the log every few seconds, all of it each night; without it there is none.',
  },
  {
    name: 'BACKUP_KEEP_DAYS',
    fallback: '30',
    zh: '备份保留的天数，1–90。',
    en: 'Days for which backups are kept, 1–90.',
  },
  {
    name: 'SESSION_LEARNER',
    fallback: '30d/154d',
    zh: '学生和家长的登录有效期：多久不用即失效/最长多久；h 表示小时，d 表示天。默认 30 天不用失效，最长一学期加两周。',
    en: 'How long pupils and guardians stay signed in: unused/altogether, in h (hours) or d (days). 154d is a term and a fortnight.',
  },
  {
    name: 'SESSION_STAFF',
    fallback: '14h/7d',
    zh: '教职工的登录有效期，写法同上。',
    en: 'How long staff stay signed in, in the same form.',
  },
  {
    name: 'SESSION_SCHOOL_ADMIN',
    fallback: '2h/7d',
    zh: '学校管理员的登录有效期，写法同上。',
    en: 'How long school administrators stay signed in, in the same form.',
  },
  {
    name: 'SECURITY_CONTACT',
    fallback: '',
    zh: '安全问题的联系方式（mailto:… 或 https://…），公布在 /.well-known/security.txt；不填则不公布。',
    en: 'Where to report security problems (mailto:… or https://…), published in /.well-known/security.txt; without it there is none.',
  },
  {
    name: 'LOG_LEVEL',
    fallback: 'info',
    zh: '日志级别：error、warn、info、debug、silent。',
    en: 'How much is logged: error, warn, info, debug, silent.',
  },
  {
    name: 'DEMO',
    fallback: '1',
    zh: '数据库为空时是否装入演示数据：1 或 0（npm run serve 默认 0）。',
    en: 'Whether an empty database gets the demo: 1 or 0 (0 with npm run serve).',
  },
  {
    name: 'DEMO_OPEN',
    fallback: '0',
    zh: '是否允许其他机器一键进入演示账号：1 或 0。',
    en: 'Whether other machines may enter demo accounts with one click: 1 or 0.',
  },
];

const logLevels = ['error', 'warn', 'info', 'debug', 'silent'];

/**
 * Reads the settings.
 *
 * @throws {StartRefusal} `bad_setting`, naming the setting and what it takes.
 */
export function readConfig(env: NodeJS.ProcessEnv, mode: Config['mode']): Config {
  const text = (name: string) => env[name] || (settings.find((one) => one.name === name)?.fallback ?? '');
  const host = env['HOST'] || (mode === 'lan' ? '0.0.0.0' : '127.0.0.1');
  const port = portOf(text('PORT'), 'PORT');
  const [certFile, keyFile] = [env['TLS_CERT'], env['TLS_KEY']];
  if (Boolean(certFile) !== Boolean(keyFile)) {
    throw badSetting('TLS_CERT, TLS_KEY', '两者必须同时给出', 'needs both or neither');
  }
  const tls = certFile && keyFile ? { certFile: resolve(certFile), keyFile: resolve(keyFile) } : null;
  const logLevel = text('LOG_LEVEL');
  if (!logLevels.includes(logLevel)) {
    throw badSetting(
      'LOG_LEVEL',
      `必须是 ${logLevels.join('、')} 之一`,
      `must be one of ${logLevels.join(', ')}`,
    );
  }
  const dataDir = resolve(text('DATA_DIR'));
  const databaseUrl = databaseUrlOf(env['DATABASE_URL']);
  return {
    mode,
    host,
    port,
    dataDir,
    databaseUrl,
    publicUrl: publicUrlOf(env['PUBLIC_URL']) ?? defaultUrl(host, port, tls !== null),
    trustedProxies: (env['TRUSTED_PROXY'] ?? '')
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean),
    syncAllowHosts: hostsOf(env['SYNC_ALLOW_HOSTS'], 'SYNC_ALLOW_HOSTS'),
    sessionLife: {
      learner: lifeOf(text('SESSION_LEARNER'), 'SESSION_LEARNER'),
      staff: lifeOf(text('SESSION_STAFF'), 'SESSION_STAFF'),
      schoolAdmin: lifeOf(text('SESSION_SCHOOL_ADMIN'), 'SESSION_SCHOOL_ADMIN'),
    },
    securityContact: contactOf(env['SECURITY_CONTACT']),
    logLevel,
    demo: flagOf(env['DEMO'], 'DEMO', mode !== 'serve'),
    demoOpen: flagOf(env['DEMO_OPEN'], 'DEMO_OPEN', false),
    backup: backupOf(env['BACKUP_DIR'], text('BACKUP_KEEP_DAYS'), dataDir, databaseUrl),
    tls,
    lan:
      mode === 'lan' ? { httpPort: port, httpsPort: portOf(text('LAN_HTTPS_PORT'), 'LAN_HTTPS_PORT') } : null,
  };
}

/** The folder of a part of the data, as in `dataPath(config, 'files')`. */
export function dataPath(config: Pick<Config, 'dataDir'>, ...parts: string[]): string {
  return join(config.dataDir, ...parts);
}

/** @returns `http://127.0.0.1:8080`; an address that means "all" becomes this machine's own. */
export function defaultUrl(host: string, port: number, secure: boolean): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `${secure ? 'https' : 'http'}://${name}:${port}`;
}

/** Longest time for which backups may keep what was deleted (H-06). */
const longestKeepDays = 90;

function backupOf(
  folder: string | undefined,
  days: string,
  dataDir: string,
  databaseUrl: string | null,
): Config['backup'] {
  const keepDays = Number(days);
  if (!/^\d+$/.test(days) || keepDays < 1 || keepDays > longestKeepDays) {
    throw badSetting(
      'BACKUP_KEEP_DAYS',
      `必须是 1–${longestKeepDays} 的整数`,
      `must be a whole number from 1 to ${longestKeepDays}`,
    );
  }
  if (!folder) return null;
  if (databaseUrl !== null) {
    throw badSetting(
      'BACKUP_DIR',
      '只能备份内置数据库；外部数据库由它自己的工具备份，见 docs/runbooks/backup-and-restore.md',
      'backs up the built-in database only; an external one is backed up with its own tools, see docs/runbooks/backup-and-restore.md',
    );
  }
  if (`${resolve(folder)}/`.startsWith(`${dataDir}/`)) {
    throw badSetting('BACKUP_DIR', '不能在数据文件夹之内', 'must not lie inside the data folder');
  }
  return { folder: resolve(folder), keepDays };
}

/** Names and addresses alone: a pattern or a port would open more, or less, than it seems. */
function hostsOf(text: string | undefined, name: string): string[] {
  const hosts = (text ?? '')
    .split(',')
    .map((one) =>
      one
        .trim()
        .toLowerCase()
        .replace(/^\[|\]$/g, ''),
    )
    .filter(Boolean);
  for (const host of hosts) {
    if (/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(host) || isIP(host) !== 0) continue;
    throw badSetting(
      name,
      `只能是主机名或地址，不带协议、端口和通配符，而不是“${host}”`,
      `takes host names or addresses without scheme, port or wildcard, not "${host}"`,
    );
  }
  return hosts;
}

function portOf(text: string, name: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw badSetting(
      name,
      `必须是 0–65535 的整数，而不是“${text}”`,
      `must be a whole number from 0 to 65535, not "${text}"`,
    );
  }
  return port;
}

const longestSessionDays = 400;

/** @param text - `14h/7d`. */
function lifeOf(text: string, name: string): SessionLife {
  const found = /^(\d{1,5})([hd])\/(\d{1,5})([hd])$/.exec(text);
  const seconds = (count = '', unit = '') => Number(count) * (unit === 'd' ? 86_400 : 3_600);
  const [idleSeconds, absoluteSeconds] = [seconds(found?.[1], found?.[2]), seconds(found?.[3], found?.[4])];
  if (idleSeconds < 1 || absoluteSeconds < idleSeconds || absoluteSeconds > longestSessionDays * 86_400) {
    throw badSetting(
      name,
      `必须形如 14h/7d：先是不用多久失效，再是最长多久（不短于前者，不超过 ${longestSessionDays} 天），而不是“${text}”`,
      `must be like 14h/7d: unused, then altogether, which is no shorter and at most ${longestSessionDays} days, not "${text}"`,
    );
  }
  return { idleSeconds, absoluteSeconds };
}

function contactOf(text: string | undefined): string | null {
  if (!text) return null;
  if (!/^(mailto:[^\s@]+@[^\s@]+|https:\/\/\S+|tel:\+[\d-]+)$/.test(text)) {
    throw badSetting(
      'SECURITY_CONTACT',
      `必须是 mailto:… 或 https://… 的地址，而不是“${text}”`,
      `must be an address mailto:… or https://…, not "${text}"`,
    );
  }
  return text;
}

function flagOf(text: string | undefined, name: string, fallback: boolean): boolean {
  if (!text) return fallback;
  if (text !== '0' && text !== '1')
    throw badSetting(name, `必须是 1 或 0，而不是“${text}”`, `must be 1 or 0, not "${text}"`);
  return text === '1';
}

function databaseUrlOf(text: string | undefined): string | null {
  if (!text) return null;
  // The value holds a password: it is not repeated in the message.
  if (!/^postgres(ql)?:\/\//.test(text)) {
    throw badSetting('DATABASE_URL', '必须以 postgresql:// 开头', 'must begin with postgresql://');
  }
  return text;
}

function publicUrlOf(text: string | undefined): string | null {
  if (!text) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '') {
    throw badSetting(
      'PUBLIC_URL',
      `必须是形如 https://ke.example.edu.cn 的网址，不带路径，而不是“${text}”`,
      `must be an address like https://ke.example.edu.cn without a path, not "${text}"`,
    );
  }
  return url.origin;
}

function badSetting(name: string, zh: string, en: string): StartRefusal {
  return new StartRefusal('bad_setting', {
    zh: `设置 ${name} ${zh}。全部设置见 npm run nol -- help settings。`,
    en: `The setting ${name} ${en}. All settings: npm run nol -- help settings.`,
  });
}
