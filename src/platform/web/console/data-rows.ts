/** One column as search, sort, filter and export read it. */
export interface ReadableColumn<Row> {
  readonly key: string;
  readonly title: string;
  /** What the cell says in plain text or as a number; null: nothing is known. */
  readonly text: (row: Row) => string | number | null;
  /** What else the search looks into, such as pinyin; lower case. */
  readonly alsoFound?: (row: Row) => string;
  /** What it is sorted by; default: its text. */
  readonly sortBy?: (row: Row) => string | number | null;
}

/** What of a table is shown, as it stands in the address. */
export interface TableView {
  /** Words to look for in any column; empty: all rows. */
  readonly find: string;
  /** Key of the column that sorts, and its direction; null: as the server sorted, trouble first. */
  readonly sort: { readonly key: string; readonly isDown: boolean } | null;
  /** Texts that pass, by column. */
  readonly filters: Readonly<Record<string, readonly string[]>>;
  /** 1 = first. */
  readonly page: number;
}

const FILTER = 'only.';

/** Reads a view from an address; what does not fit the columns is left out. */
export function viewOf(search: URLSearchParams, columns: readonly { readonly key: string }[]): TableView {
  const keys = new Set(columns.map(({ key }) => key));
  const sort = search.get('sort') ?? '';
  const sortKey = sort.replace(/^-/, '');
  const filters: Record<string, string[]> = {};
  for (const [name, value] of search) {
    const key = name.slice(FILTER.length);
    if (name.startsWith(FILTER) && keys.has(key)) (filters[key] ??= []).push(value);
  }
  return {
    find: search.get('find') ?? '',
    sort: keys.has(sortKey) ? { key: sortKey, isDown: sort.startsWith('-') } : null,
    filters,
    page: Math.max(1, Number.parseInt(search.get('page') ?? '', 10) || 1),
  };
}

/** Writes a view into an address; whatever else stands there stays. */
export function withView(search: URLSearchParams, view: TableView): URLSearchParams {
  const next = new URLSearchParams(search);
  const old = Array.from(search.keys()).filter((name) => name.startsWith(FILTER));
  for (const name of old) next.delete(name);
  for (const [key, values] of Object.entries(view.filters)) {
    for (const value of values) next.append(FILTER + key, value);
  }
  const put = (name: string, value: string) => (value === '' ? next.delete(name) : next.set(name, value));
  put('find', view.find);
  put('sort', view.sort ? `${view.sort.isDown ? '-' : ''}${view.sort.key}` : '');
  put('page', view.page > 1 ? String(view.page) : '');
  return next;
}

/** The rows a view shows over all its pages: searched, filtered, sorted. Nothing known sorts last, both ways. */
export function shownRows<Row>(
  rows: readonly Row[],
  columns: readonly ReadableColumn<Row>[],
  { find, sort, filters }: Omit<TableView, 'page'>,
): Row[] {
  const words = find.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const found = rows.filter((row) => {
    const texts = columns.map(({ text, alsoFound }) =>
      `${text(row) ?? ''} ${alsoFound?.(row) ?? ''}`.toLocaleLowerCase(),
    );
    return (
      words.every((word) => texts.some((text) => text.includes(word))) &&
      columns.every(({ key, text }) => !filters[key] || filters[key].includes(String(text(row) ?? '')))
    );
  });
  const column = columns.find(({ key }) => key === sort?.key);
  if (!sort || !column) return found;
  const direction = sort.isDown ? -1 : 1;
  const sortBy = column.sortBy ?? column.text;
  return found.sort((a, b) => {
    const [left, right] = [sortBy(a), sortBy(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return direction * compare(left, right);
  });
}

const collator = new Intl.Collator('zh-CN', { numeric: true });

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
}
