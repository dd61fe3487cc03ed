/** The statements of a migration, each with its semicolon; comments, quotes and dollar quotes are not cut. */
export function sqlStatements(text: string): string[] {
  const token = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w*\$)[\s\S]*?\1|;/g;
  const statements: string[] = [];
  let from = 0;
  for (const found of text.matchAll(token)) {
    if (found[0] !== ';') continue;
    statements.push(text.slice(from, found.index + 1));
    from = found.index + 1;
  }
  return text.slice(from).replaceAll(/--[^\n]*|\s/g, '') === ''
    ? statements
    : [...statements, text.slice(from)];
}
