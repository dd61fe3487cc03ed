import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Action } from './authorize.ts';
import type { ServerContext } from './context.ts';
import type { Sentence } from './start-refusal.ts';

/** A command of the operator's command line, e.g. `roster import`. */
export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly summary: { readonly 'zh-CN': string; readonly en: string };
  /**
   * @param args - words after the command's name, options included, `--json` taken out.
   * @throws {AppError} which the terminal shows as a refusal: exit 1, or 2 when it is the server's fault.
   */
  run(ctx: ServerContext, args: readonly string[]): Promise<CommandResult>;
}

/** What every command counts, so that a script reads them all alike. */
export interface CommandCounts {
  readonly read: number;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  /** There, but no longer in the file. */
  readonly leaving: number;
  /** Left out on purpose, such as sensitive columns. */
  readonly dropped: number;
  readonly merged: number;
  /** Written as a draft, or with `--dry-run` what would have been written. */
  readonly draft: number;
}

/** Something that must be corrected or is worth a look, and where; null where there is no such place. */
export interface CommandProblem {
  readonly file: string | null;
  readonly sheet: string | null;
  /** 1 is the first row of the sheet. */
  readonly row: number | null;
  /** Letters, as the spreadsheet shows them. */
  readonly column: string | null;
  readonly code: string;
  /** In the terminal's language; both languages on two lines when it names none. */
  readonly message: string;
}

export interface CommandResult {
  /** 0 done, 1 refused because of the input, 2 failed. */
  readonly exitCode: 0 | 1 | 2;
  /** What is not named is 0. */
  readonly counts?: Partial<CommandCounts>;
  readonly problems?: readonly CommandProblem[];
  /** What `--json` says beyond counts and problems. */
  readonly json?: Readonly<Record<string, unknown>>;
  /** For people. */
  readonly text: string;
}

/** What a folder in src/ adds to the product; collected in app.ts, never by editing another capability. */
export interface Capability {
  readonly name: string;
  // `never`: subjects differ from action to action, and the list only needs their names.
  readonly actions: readonly Action<never>[];
  /** Mounted under /api. */
  routes?(ctx: ServerContext): FastifyPluginAsyncTypebox;
  /** Declares background work; runs once at start before the server listens. */
  jobs?(ctx: ServerContext): Promise<void>;
  readonly commands?: readonly Command[];
  /** May fill an empty database (the demo); runs at every start, after `jobs`, before listening. */
  firstStart?(ctx: ServerContext): Promise<void>;
  /** What the screen of `npm start` says about signing in: one line a role. */
  startLines?(ctx: ServerContext): Promise<readonly Sentence[]>;
  /** Text columns that name a file of the store by its sha256, as `log_parts.file_sha256`: a restore brings these back. */
  readonly fileColumns?: readonly string[];
  /**
   * Puts right what must not go on as it was when the database was put back to an earlier moment, such as sessions that
   * were ended since. Runs once, before anybody uses the restored system.
   */
  afterRestore?(ctx: ServerContext): Promise<void>;
  /** Called when the server is about to stop; must leave nothing unsaved. */
  stop?(): Promise<void>;
}
