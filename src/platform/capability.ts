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
   * @returns the object `--json` prints and the text people read; exit 0 done, 1 refused because of the
   *   input, 2 failed.
   */
  run(ctx: ServerContext, args: readonly string[]): Promise<CommandResult>;
}
export interface CommandResult {
  readonly exitCode: 0 | 1 | 2;
  readonly json: Record<string, unknown>;
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
  /** Called when the server is about to stop; must leave nothing unsaved. */
  stop?(): Promise<void>;
}
