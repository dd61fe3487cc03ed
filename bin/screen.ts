import QRCode from 'qrcode';

import { defaultUrl, type Config } from '../src/platform/config.ts';
import type { RunningServer } from '../src/server.ts';
import { inLanguage, terminalLanguage } from '../src/platform/terminal.ts';
import type { Sentence } from '../src/platform/start-refusal.ts';

/** The one screen that says all a person needs after the start. */
export async function startScreen(
  server: RunningServer,
  { logFile }: { logFile: string | null },
): Promise<string> {
  const { config, addresses } = server;
  const lines = [
    title(),
    '',
    row('address', ownAddress(config)),
    ...server.signIn.map((line, index) => row(index === 0 ? 'signIn' : 'blank', oneLine(line))),
  ];
  if (server.signIn.length === 0) lines.push(row('signIn', oneLine(firstAccount)));
  lines.push(row('data', config.dataDir));
  if (logFile !== null) lines.push(row('log', logFile));
  lines.push(row('stop', 'Ctrl-C'));
  if (config.mode === 'local') lines.push(row('phone', 'npm start -- --lan'));
  if (config.lan !== null) lines.push('', ...(await phoneLines(addresses)));
  return `${lines.join('\n')}\n`;
}

const firstAccount: Sentence = {
  zh: 'npm run nol -- help user create（建立第一个账号）',
  en: 'npm run nol -- help user create (makes the first account)',
};

const labels = {
  address: { zh: '网址', en: 'Address' },
  signIn: { zh: '登录', en: 'Sign in' },
  data: { zh: '数据', en: 'Data' },
  log: { zh: '日志', en: 'Log' },
  stop: { zh: '停止', en: 'Stop' },
  phone: { zh: '用手机试', en: 'On a phone' },
  blank: { zh: '', en: '' },
} as const satisfies Record<string, Sentence>;

/** Where this machine itself finds the product; demo accounts can be entered with one click only from here. */
function ownAddress(config: Config): string {
  if (config.lan === null) return config.publicUrl;
  return defaultUrl(config.host, config.port, false);
}

function title(): string {
  const language = terminalLanguage();
  return language === 'zh' ? '一个不少' : language === 'en' ? 'Not One Less' : '一个不少 · Not One Less';
}

function row(label: keyof typeof labels, text: string): string {
  const language = terminalLanguage();
  const { zh, en } = labels[label];
  const name = language === 'both' ? `${zh} ${en}`.trim() : labels[label][language];
  return `  ${padded(name, language === 'both' ? 20 : 12)}${text}`;
}

function oneLine(sentence: Sentence): string {
  const language = terminalLanguage();
  return language === 'both' ? `${sentence.zh} · ${sentence.en}` : sentence[language];
}

/** Pads to columns of a terminal, in which a Chinese character takes two. */
function padded(text: string, columns: number): string {
  const width = [...text].reduce((sum, character) => sum + (/[\u2E80-\uFFEF]/u.test(character) ? 2 : 1), 0);
  return text + ' '.repeat(Math.max(1, columns - width));
}

async function phoneLines(addresses: readonly string[]): Promise<string[]> {
  const [pupils = '', teachers] = addresses;
  const code = await QRCode.toString(pupils, { type: 'terminal', small: true });
  const lines = [
    inLanguage({
      zh: `手机扫码（同一网络，http，供学生使用；不加密，只用于试用）：${pupils}`,
      en: `Scan with a phone in the same network (http, for pupils; not encrypted, for trials only): ${pupils}`,
    }),
    code,
  ];
  if (teachers !== undefined) {
    lines.push(
      inLanguage({
        zh: `在其他设备上讲课（需要麦克风，https）：${teachers}；先安装证书 ${pupils}/lan/authority.crt，否则浏览器会警告。`,
        en: `To teach from another device (microphone, https): ${teachers}; install the certificate ${pupils}/lan/authority.crt first, else the browser warns.`,
      }),
    );
  }
  return lines;
}
