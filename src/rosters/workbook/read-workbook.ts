import { fileURLToPath } from 'node:url';
import { WORKBOOK_LIMITS, type WorkbookLimits } from './limits.ts';
import type { ParseRequest, WorkbookRead } from './parse.ts';
import type { WorkbookRefusalCode } from './refusal.ts';
import { runApart } from './run-apart.ts';
import { sniff } from './sniff.ts';
import { checkZip } from './zip-check.ts';

const PARSER = fileURLToPath(new URL('./parse-process.ts', import.meta.url));

export type WorkbookKind =
  | { readonly ok: true; readonly kind: ParseRequest['kind'] }
  | Extract<WorkbookRead, { ok: false }>;

/** A refusal that needs no values. */
export function refused(code: WorkbookRefusalCode): Extract<WorkbookRead, { ok: false }> {
  return { ok: false, refusal: { code, params: {} } };
}

/** Judges a file by its first bytes, its size and, for a zipped one, its directory; nothing is inflated. */
export async function kindOfWorkbook(bytes: Uint8Array, limits: WorkbookLimits): Promise<WorkbookKind> {
  const found = sniff(bytes);
  if (found.kind === 'empty') return refused('workbook_empty_file');
  if (bytes.length > limits.fileBytes) return refused('workbook_too_large');
  if (found.kind === 'other') return refused(found.code);
  if (found.kind === 'ole' || found.kind === 'text') return { ok: true, kind: found.kind };
  const checked = await checkZip(bytes, limits);
  return checked.ok ? { ok: true, kind: checked.format } : checked;
}

/**
 * Reads a spreadsheet of any kind that schools send: xlsx, old binary xls, an HTML page in GBK named `.xls`,
 * CSV or tab-separated text in UTF-8, UTF-16 or GB18030.
 *
 * The kind comes from the content, never from the name. Zipped workbooks are judged by their directory before
 * anything is inflated; parsing runs in a process of its own with capped heap and time. Formulas are not computed:
 * their stored result is taken and marked.
 *
 * @param bytes - the whole file.
 * @returns the sheets with normalised cells, or the reason why there are none. Never throws for bad input.
 */
export async function readWorkbook(
  bytes: Uint8Array,
  limits: WorkbookLimits = WORKBOOK_LIMITS,
): Promise<WorkbookRead> {
  const found = await kindOfWorkbook(bytes, limits);
  if (!found.ok) return found;
  const read = await runApart<WorkbookRead>(PARSER, { kind: found.kind, limits }, bytes, { limits });
  return read.ok ? read.answer : refused(read.code);
}
