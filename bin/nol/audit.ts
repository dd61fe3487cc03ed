import { access } from 'node:fs/promises';

import type { Break } from '../../src/platform/audit/chain.ts';
import { verifyAudit, type AuditReport } from '../../src/platform/audit/verify.ts';
import type { CommandProblem, CommandResult } from '../../src/platform/capability.ts';
import { readArguments } from '../../src/platform/command-line.ts';
import { dataPath, type Config } from '../../src/platform/config.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { createLogger } from '../../src/platform/log.ts';
import { openPostgresForCommand } from '../../src/platform/postgres/open.ts';
import { openSecrets } from '../../src/platform/secrets.ts';
import { StartRefusal, type Sentence } from '../../src/platform/start-refusal.ts';
import { inLanguage } from '../../src/platform/terminal.ts';
import { badOption } from './bad-option.ts';

export const auditUsage = 'audit verify [--head NUMBER:HASH]';

const shownBreaks = 50;
/** A line waits a second for its seal; many seconds mean that nobody seals. */
const longWaitSeconds = 60;

/**
 * `audit verify`: follows the chain of audit lines, beside a running server or without one.
 *
 * Prints ids and numbers, never names. Ends with 2 when anything was changed, taken out or put in.
 */
export async function auditVerify(config: Config, args: readonly string[]): Promise<CommandResult> {
  const { options } = readArguments(args, { usage: auditUsage, words: 0, options: { head: false } });
  const heads = options.head === undefined ? [] : [parseHead(options.head)];
  await requireKey(config);
  const log = createLogger({ level: 'warn', destination: process.stderr });
  const postgres = await openPostgresForCommand(config, { log });
  try {
    const { db, close } = openDatabase(postgres.connection, { max: 1 });
    try {
      const secrets = await openSecrets(config.dataDir);
      const report = await verifyAudit({ db, secrets, dataDir: config.dataDir }, heads);
      return resultOf(report, postgres.serverRuns);
    } finally {
      await close();
    }
  } finally {
    await postgres.stop();
  }
}

function parseHead(text: string): { sealNo: number; hash: string } {
  const [, sealNo, hash] = /^(\d+):([0-9a-f]{64})$/.exec(text) ?? [];
  if (sealNo === undefined || hash === undefined) {
    throw badOption(
      auditUsage,
      `--head 的值 ${text} 不是“编号:64 位十六进制”`,
      `--head ${text} is not NUMBER:64 hex digits`,
    );
  }
  return { sealNo: Number(sealNo), hash };
}

/** Opening the keys would make new ones, under which every line looks changed. */
async function requireKey(config: Config): Promise<void> {
  const file = dataPath(config, 'keys', 'root-1.key');
  try {
    await access(file);
  } catch (error) {
    throw new StartRefusal(
      'keys_missing',
      {
        zh: `没有密钥文件 ${file}，无法检查审计记录。请从备份中恢复密钥。`,
        en: `There is no key file ${file}, so the audit lines cannot be checked. Bring the keys back from a backup.`,
      },
      { cause: error },
    );
  }
}

function resultOf(report: AuditReport, serverRuns: boolean): CommandResult {
  const whole = report.breaks.length === 0;
  const sentences: Sentence[] = [
    whole
      ? {
          zh: `审计记录完整：${report.lines} 行，${report.seals} 个封印。`,
          en: `The audit lines are whole: ${report.lines} lines under ${report.seals} seals.`,
        }
      : {
          zh: `审计记录被动过：${report.breaks.length} 处。请保留现场并按 docs/runbooks/incident.md 处理。`,
          en: `The audit lines were tampered with: ${report.breaks.length} places. Keep everything as it is and follow docs/runbooks/incident.md.`,
        },
  ];
  if (report.head !== null) {
    const { sealNo, hash } = report.head;
    sentences.push({
      zh: `最新封印 ${sealNo}:${hash}（抄在别处，以后可用 --head 核对）`,
      en: `Newest seal ${sealNo}:${hash} (written down elsewhere, it can be checked later with --head)`,
    });
  }
  if (report.waiting > 0) {
    const late = serverRuns && report.oldestWaitingSeconds > longWaitSeconds;
    sentences.push({
      zh: `${report.waiting} 行尚待封印，最早 ${report.oldestWaitingSeconds} 秒前${late ? '；服务器在运行却没有封印，请查看日志中的 audit.seal' : ''}。`,
      en: `${report.waiting} lines wait for their seal, the oldest for ${report.oldestWaitingSeconds} s${late ? '; the server runs and does not seal: look for audit.seal in its log' : ''}.`,
    });
  }
  const lines = report.breaks.slice(0, shownBreaks).map((one) => `  ${inLanguage(sentenceOf(one))}`);
  return {
    exitCode: whole ? 0 : 2,
    counts: { read: report.lines },
    problems: report.breaks.map(problemOf),
    json: { whole, ...report },
    text: [...sentences.map((one) => inLanguage(one)), ...lines].join('\n'),
  };
}

function problemOf(one: Break): CommandProblem {
  const message = inLanguage(sentenceOf(one));
  return { file: null, sheet: null, row: null, column: null, code: `audit_${one.kind}`, message };
}

function sentenceOf({ kind, sealNo, id = '' }: Break): Sentence {
  switch (kind) {
    case 'changed':
      return {
        zh: `封印 ${sealNo} 下的第 ${id} 行被改动`,
        en: `line ${id} under seal ${sealNo} was changed`,
      };
    case 'removed':
      return {
        zh: `封印 ${sealNo} 下的第 ${id} 行被删除`,
        en: `line ${id} under seal ${sealNo} was removed`,
      };
    case 'inserted':
      return { zh: `封印 ${sealNo} 下多出第 ${id} 行`, en: `line ${id} was put under seal ${sealNo}` };
    case 'sealChanged':
      return { zh: `封印 ${sealNo} 被改动`, en: `seal ${sealNo} was changed` };
    case 'sealRemoved':
      return { zh: `封印 ${sealNo} 被删除`, en: `seal ${sealNo} was removed` };
  }
}
