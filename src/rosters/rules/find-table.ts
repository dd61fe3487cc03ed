import { cellOf, type Sheet, type SheetRow } from '../workbook/workbook.ts';
import { classInTitle, parseYearGroup, type ClassName } from './class-name.ts';
import {
  meaningOfHeader,
  plainHeader,
  type HeaderMeaning,
  type LearnedHeadings,
  type RosterField,
} from './headers.ts';

export interface HeaderColumn {
  /** From 1 (A = 1). */
  readonly column: number;
  /** Heading as it stands, of a two-row header joined by `/`. */
  readonly header: string;
  readonly meaning: HeaderMeaning | null;
  /** The school read this heading by hand before. */
  readonly learned?: boolean;
}

/** What is known of headings beyond their words. */
export interface KnownHeadings {
  readonly learned: LearnedHeadings;
  /** Columns that the importer reads by hand, as which field. */
  readonly chosen: ReadonlyMap<number, RosterField | 'drop'>;
}

export const NOTHING_KNOWN: KnownHeadings = { learned: {}, chosen: new Map() };

/** The table of a sheet: where its header stands and what the title says. */
export interface Table {
  readonly header: readonly HeaderColumn[];
  /** Last row of the header, as the spreadsheet program counts. */
  readonly headerRow: number;
  readonly body: readonly SheetRow[];
  readonly title: string;
  readonly titleClass: ClassName | null;
  readonly titleYearGroup: string | null;
  readonly kind: 'pupil' | 'staff';
}

/** Header rows are looked for in the first rows with text; titles and notes above are short. */
const SEARCH_ROWS = 30;

function columnsOf(row: SheetRow, above: SheetRow | undefined, known: KnownHeadings): HeaderColumn[] {
  return row.texts.flatMap((text, i) => {
    const column = i + 1;
    const top = above ? cellOf(above, column) : null;
    const group = top?.merged && top.merged.columns > 1 && top.text !== text ? top.text : '';
    const header = group ? `${group}/${text}` : text;
    if (text === '') return [];
    const shown = header.replace(/\s+/g, ' ').slice(0, 60);
    const chosen = known.chosen.get(column);
    if (chosen && chosen !== 'drop') {
      return [{ column, header: shown, meaning: { kind: 'field' as const, field: chosen } }];
    }
    const field = known.learned[plainHeader(shown)] ?? known.learned[plainHeader(text)];
    if (field) return [{ column, header: shown, meaning: { kind: 'field' as const, field }, learned: true }];
    const meaning = (group && meaningOfHeader(`${group}${text}`)) || meaningOfHeader(text);
    return [{ column, header: shown, meaning }];
  });
}

/** Known headings of a row; a name or a number must be among them, and one more. */
function score(columns: readonly HeaderColumn[]): number {
  const known = columns.filter((column) => column.meaning);
  const fields = new Set(known.map((c) => (c.meaning?.kind === 'field' ? c.meaning.field : c.header)));
  const anchor = fields.has('name') || fields.has('number') || fields.has('staffNumber');
  return anchor && fields.size >= 2 ? fields.size : 0;
}

function kindOf(header: readonly HeaderColumn[], context: string): 'pupil' | 'staff' {
  const fields = header.flatMap((c) => (c.meaning?.kind === 'field' ? [c.meaning.field] : []));
  if (fields.includes('staffNumber')) return 'staff';
  if (/学生|新生|花名册.*班|student|pupil/i.test(context)) return 'pupil';
  return /教师|教职工|老师|员工|任课|staff|teacher/i.test(context) ? 'staff' : 'pupil';
}

/**
 * Finds the roster table of a sheet below its title rows.
 *
 * The header is the row with most known headings among the first 30; a second header row under merged group
 * headings (家长信息 over 姓名 and 电话) is joined with the first.
 *
 * @returns `null` when no row holds a name or number heading and one more.
 */
export function findTable(sheet: Sheet, known: KnownHeadings = NOTHING_KNOWN): Table | null {
  let best: { index: number; columns: HeaderColumn[]; score: number } | null = null;
  for (const [index, row] of sheet.rows.slice(0, SEARCH_ROWS).entries()) {
    const above = sheet.rows[index - 1];
    const grouped = above && score(columnsOf(above, undefined, NOTHING_KNOWN)) > 0 ? above : undefined;
    const columns = columnsOf(row, grouped, known);
    // A title merged over the width stands in every column; what was chosen by hand is no heading there.
    const isTitle = known.chosen.size > 0 && new Set(row.texts.filter((text) => text !== '')).size < 2;
    const points = isTitle ? 0 : score(columns);
    if (points > (best?.score ?? 0)) best = { index, columns, score: points };
  }
  if (!best) return null;
  const headerRow = sheet.rows[best.index];
  if (!headerRow) return null;
  const titles = sheet.rows.slice(0, best.index).flatMap((row) => [...new Set(row.texts)]);
  const title = titles
    .filter((text) => text !== '')
    .join(' ')
    .slice(0, 200);
  const context = `${sheet.name} ${title}`;
  const grade = /((?:小学|初中?|高中?)?[一二三四五六七八九]年级|初[一二三]|高[一二三]|20\d{2}级)/;
  return {
    header: best.columns,
    headerRow: headerRow.row,
    body: sheet.rows.slice(best.index + 1),
    title,
    titleClass: classInTitle(title) ?? classInTitle(sheet.name) ?? null,
    titleYearGroup: parseYearGroup(grade.exec(title)?.[1] ?? grade.exec(sheet.name)?.[1] ?? ''),
    kind: kindOf(best.columns, context),
  };
}

/** Columns of the row that is most likely a heading on a sheet without a known one, so that they can be read by hand. */
export function likelyHeader(sheet: Sheet): { headerRow: SheetRow; body: readonly SheetRow[] } | null {
  const index = sheet.rows
    .slice(0, SEARCH_ROWS)
    .findIndex((row) => new Set(row.texts.filter((text) => text !== '')).size >= 2);
  const headerRow = sheet.rows[index];
  return headerRow ? { headerRow, body: sheet.rows.slice(index + 1) } : null;
}

/** The row repeats the header: printed tables carry it on every page. */
export function repeatsHeader(row: SheetRow, header: readonly HeaderColumn[]): boolean {
  let known = 0;
  let same = 0;
  for (const { column, meaning, header: text } of header) {
    if (meaning?.kind !== 'field') continue;
    known += 1;
    const here = row.texts[column - 1] ?? '';
    // Of a two-row header only the second part is repeated.
    if (here !== '' && (here === text || text.endsWith(`/${here}`) || here.replace(/\s+/g, ' ') === text))
      same += 1;
  }
  return same >= Math.min(2, known) && same * 2 >= known && same > 0;
}

const NOTE =
  /^(注|备注|说明|填表|制表|审核|合计|总计|小计|共计|统计|班主任签|校长签|填报|日期|联系人|第\s*\d+\s*页|共\s*\d+|男生?\s*\d+|本班)/;

/** Trailing notes, totals and signatures: text without a name of its own row. */
export function isNote(row: SheetRow): boolean {
  const first = row.texts.find((text) => text !== '');
  if (first === undefined) return true;
  if (NOTE.test(first.replace(/\s/g, ''))) return true;
  const isAlone = row.texts.every((text) => text === '' || text === first);
  return isAlone && (first.length > 12 || /[：:。]/.test(first));
}
