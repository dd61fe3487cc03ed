/** What was typed after `nol`, taken apart. */
export interface Invocation<C> {
  readonly command: C | null;
  /** Words after the command's name. */
  readonly args: readonly string[];
  readonly json: boolean;
}

/**
 * Finds the command whose name is the longest beginning of what was typed: `roster import FILE` is the
 * command `roster import` with one word.
 */
export function findCommand<C extends { readonly name: string }>(
  commands: readonly C[],
  typed: readonly string[],
): Invocation<C> {
  const words = typed.filter((word) => word !== '--json');
  const json = words.length < typed.length;
  const matches = commands
    .filter(({ name }) => name === words.slice(0, name.split(' ').length).join(' '))
    .sort((a, b) => b.name.length - a.name.length);
  const [command = null] = matches;
  return { command, args: words.slice(command?.name.split(' ').length ?? 0), json };
}
