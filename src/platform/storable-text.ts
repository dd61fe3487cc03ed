/**
 * Finds text that no database keeps: the character NUL, or half of a surrogate pair.
 *
 * Walks without recursion, so that a body nested a hundred thousand deep is no trouble.
 *
 * @param value - parsed JSON, path parameters or a query; bytes are let pass.
 * @returns where the first such text stands, `/text` or `/staff/0/name`; null when there is none.
 */
export function unstorableTextIn(value: unknown): string | null {
  const open: { readonly value: unknown; readonly path: string }[] = [{ value, path: '' }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value: inner, path } = next;
    if (typeof inner === 'string' && isUnstorable(inner)) return path;
    if (typeof inner !== 'object' || inner === null || ArrayBuffer.isView(inner)) continue;
    for (const [key, item] of Object.entries(inner)) {
      if (isUnstorable(key)) return path;
      open.push({ value: item, path: `${path}/${key}` });
    }
  }
  return null;
}

function isUnstorable(text: string): boolean {
  return text.includes('\u0000') || !text.isWellFormed();
}
