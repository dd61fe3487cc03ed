const TAG = /<(\/?)(td|th|tr|table)(?=[\s/>])[^>]*>/gi;
/** What stands open inside a row, a table, when the next of its kind begins. */
const ENDED_BY: Readonly<Record<string, readonly string[]>> = {
  td: ['td', 'th'],
  th: ['td', 'th'],
  tr: ['td', 'th', 'tr'],
  '/tr': ['td', 'th'],
  '/table': ['td', 'th', 'tr'],
};

/**
 * A page of tables with an end tag for every cell and row.
 *
 * HTML lets authors leave them out, and programs that write lists as pages called .xls do; the parser of sheets would take
 * the whole row for one cell.
 */
export function withEndTags(html: string): string {
  const begun = html.match(/<t[dh](?=[\s/>])/gi)?.length ?? 0;
  const ended = html.match(/<\/t[dh](?=[\s>])/gi)?.length ?? 0;
  if (begun === ended) return html;
  const open: string[] = [];
  const parts: string[] = [];
  let from = 0;
  for (const tag of html.matchAll(TAG)) {
    parts.push(html.slice(from, tag.index));
    from = tag.index + tag[0].length;
    const name = (tag[2] ?? '').toLowerCase();
    const isEnd = tag[1] === '/';
    const inner = ENDED_BY[isEnd ? `/${name}` : name] ?? [];
    while (inner.includes(open.at(-1) ?? '')) parts.push(`</${open.pop()}>`);
    if (!isEnd) open.push(name);
    else if (open.at(-1) === name) open.pop();
    parts.push(tag[0]);
  }
  return [...parts, html.slice(from)].join('');
}
