import { capabilities, startJobs } from '../../src/app.ts';
import type { Command, CommandResult } from '../../src/platform/capability.ts';
import type { Config } from '../../src/platform/config.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { AppError } from '../../src/platform/errors.ts';
import { problemText } from '../../src/platform/i18n/server-words.ts';
import { createLogger } from '../../src/platform/log.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { openContext } from '../../src/platform/open-context.ts';
import { openPostgresForCommand } from '../../src/platform/postgres/open.ts';
import { StartRefusal } from '../../src/platform/start-refusal.ts';
import { explain, inLanguage } from '../../src/platform/terminal.ts';

/** All commands of the capabilities, in the order of dependence. */
export const commands: readonly Command[] = capabilities.flatMap((capability) => capability.commands ?? []);

/**
 * Runs a command of a capability beside the running server, or on the database of its own start.
 *
 * Background work is only sent; the server does it.
 */
export async function runCommand(
  command: Command,
  args: readonly string[],
  config: Config,
): Promise<CommandResult> {
  // Standard output belongs to the command's answer.
  const log = createLogger({ level: 'warn', destination: process.stderr });
  const postgres = await openPostgresForCommand(config, { log });
  // Ctrl-C: what was not committed is rolled back, and the database does not stay behind alone.
  const interrupt = () => void postgres.stop().finally(() => process.exit(130));
  process.once('SIGINT', interrupt);
  try {
    if (!postgres.serverRuns) {
      const { db, close } = openDatabase(postgres.connection, { max: 2 });
      await migrate(db).finally(close);
    }
    const opened = await openContext(config, postgres.connection, { log, work: false });
    try {
      await startJobs(opened.ctx);
      return await command.run(opened.ctx, args);
    } finally {
      await opened.close();
    }
  } finally {
    process.off('SIGINT', interrupt);
    await postgres.stop();
  }
}

/** What an error that a command threw means: 1 refused because of the input, 2 failed. */
export function resultOfError(error: unknown): CommandResult {
  if (error instanceof AppError) {
    const text = inLanguage({
      zh: problemText('zh-CN', error.code, error.params) ?? error.message,
      en: problemText('en', error.code, error.params) ?? error.message,
    });
    return {
      exitCode: error.status >= 500 ? 2 : 1,
      json: { code: error.code, message: error.message, fields: error.fields },
      text,
    };
  }
  const { text } = explain(error);
  const code = error instanceof StartRefusal ? error.code : 'failed';
  const message = error instanceof Error ? error.message : String(error);
  return {
    exitCode: error instanceof StartRefusal && error.exitCode === 1 ? 1 : 2,
    json: { code, message },
    text,
  };
}
