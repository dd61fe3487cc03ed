import type { ServerContext } from '../platform/context.ts';

/** Publishes the weeks around the demo's day and fills the school days before it with lessons and facts. */
export async function teachHistory(_ctx: ServerContext, _options: { day: string }): Promise<void> {}
