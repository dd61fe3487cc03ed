import type { CommandResult } from '../../src/platform/capability.ts';
import type { Config } from '../../src/platform/config.ts';
import { auditUsage, auditVerify } from './audit.ts';
import { doctor } from './doctor.ts';
import type { Described } from './help.ts';

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
];
