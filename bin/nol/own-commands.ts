import type { CommandResult } from '../../src/platform/capability.ts';
import type { Config } from '../../src/platform/config.ts';
import { auditUsage, auditVerify } from './audit.ts';
import {
  backup,
  backupKey,
  backupList,
  backupUsage,
  backupVerify,
  keyUsage,
  listUsage,
  verifyUsage,
} from './backup.ts';
import { doctor } from './doctor.ts';
import type { Described } from './help.ts';
import { backupMend, mendUsage } from './mend.ts';
import { restoreCommand, restoreUsage } from './restore.ts';

/** A command about the installation itself: it opens what it needs, beside the server or without one. */
export interface OwnCommand extends Described {
  run(config: Config, args: readonly string[]): Promise<CommandResult>;
}

export const ownCommands: readonly OwnCommand[] = [
  {
    name: 'doctor',
    usage: 'doctor',
    summary: {
      'zh-CN': '检查 Node、磁盘、数据库、迁移、端口、时钟和构建，并说明如何处理。',
      en: 'Checks Node, disk, database, migrations, port, clock and build, and says what to do.',
    },
    run: doctor,
  },
  {
    name: 'audit verify',
    usage: auditUsage,
    summary: {
      'zh-CN': '核对审计记录的封印链，指出被改动、删除或插入的行。',
      en: 'Follows the chain of audit lines and names any that was changed, removed or inserted.',
    },
    run: auditVerify,
  },
  {
    name: 'backup',
    usage: backupUsage,
    summary: {
      'zh-CN': '备份数据库、文件和密钥（加密），服务器可继续运行。',
      en: 'Backs up database, stored files and keys, encrypted; the server may go on running.',
    },
    run: backup,
  },
  {
    name: 'backup verify',
    usage: verifyUsage,
    summary: {
      'zh-CN': '把备份从头到尾读一遍，指出损坏或缺失之处。',
      en: 'Reads a backup through to the last byte and names what is damaged or missing.',
    },
    run: backupVerify,
  },
  {
    name: 'backup mend',
    usage: mendUsage,
    summary: {
      'zh-CN': '从备份取回损坏或缺失的文件，服务器可继续运行。',
      en: 'Brings damaged or missing stored files back from a backup; the server may go on running.',
    },
    run: backupMend,
  },
  {
    name: 'backup list',
    usage: listUsage,
    summary: { 'zh-CN': '列出可以恢复的备份和时刻。', en: 'Lists what can be restored, and up to when.' },
    run: backupList,
  },
  {
    name: 'backup key',
    usage: keyUsage,
    summary: {
      'zh-CN': '显示恢复密钥（须抄下保管）；--new 为以后的备份换新密钥。',
      en: 'Shows the recovery key, to be written down; --new makes another for backups to come.',
    },
    run: backupKey,
  },
  {
    name: 'restore',
    usage: restoreUsage,
    summary: {
      'zh-CN': '把备份恢复到空的数据文件夹，可指定时刻。',
      en: 'Brings a backup back into an empty data folder, as it was at a moment.',
    },
    run: restoreCommand,
  },
];
