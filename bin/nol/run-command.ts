import { capabilities, startJobs } from '../../src/app.ts';
import type { Command, CommandResult } from '../../src/platform/capability.ts';
import { refusalResult } from '../../src/platform/command-line.ts';
import type { Config } from '../../src/platform/config.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { AppError } from '../../src/platform/errors.ts';
import { createLogger } from '../../src/platform/log.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { openContext } from '../../src/platform/open-context.ts';
import { openPostgresForCommand } from '../../src/platform/postgres/open.ts';
import { StartRefusal } from '../../src/platform/start-refusal.ts';
import { explain } from '../../src/platform/terminal.ts';

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
  const interrupt = () => {
    log.level = 'silent';
    void postgres.stop().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupt);
  try {
    if (!postgres.serverRuns) {
      const { db, close } = openDatabase(postgres.connection, { max: 2 });
      await migrate(db).finally(close);
    }
    // Links lead to the server that runs, not to where one would run with the settings of this terminal.
    const publicUrl = postgres.serverAddress ?? config.publicUrl;
    const opened = await openContext({ ...config, publicUrl }, postgres.connection, { log, work: false });
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
  if (error instanceof AppError) return refusalResult(error);
  const { text, exitCode } = explain(error);
  const isRefusal = error instanceof StartRefusal;
  const code = isRefusal ? error.code : 'failed';
  const message = isRefusal || !(error instanceof Error) ? text : error.message;
  return {
    exitCode: exitCode === 1 ? 1 : 2,
    problems: [{ file: null, sheet: null, row: null, column: null, code, message }],
    text,
  };
}
