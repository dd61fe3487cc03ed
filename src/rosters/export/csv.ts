/** What a spreadsheet program would take for a formula when it opens a text table; some take the full-width signs too. */
const FORMULA = /^[=+\-@＝＋－＠\t\r]/;

function cell(value: string): string {
  // The apostrophe makes it text in every spreadsheet program; the reader takes it off again.
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A text table of UTF-8 with a heading, in the form of RFC 4180. */
export function csvOf(heading: readonly string[], rows: Iterable<readonly string[]>): string {
  let text = `${heading.join(',')}\r\n`;
  for (const row of rows) text += `${row.map(cell).join(',')}\r\n`;
  return text;
}
