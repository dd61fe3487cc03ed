import { compactText } from '../rules/text.ts';
import type { Sheet, SheetRow } from '../workbook/workbook.ts';

/** What a column of a list of schools says. */
export type SchoolField = 'name' | 'code' | 'kind' | 'countyCode' | 'county' | 'parent';

const WORDS: Record<SchoolField, string> = {
  name: '学校名称 学校 校名 单位名称 学校全称 名称 xxmc school schoolname name',
  code: '学校代码 学校标识码 标识码 学校编码 单位代码 代码 编码 xxdm xxbsm schoolcode code identifier',
  kind: '学校类别 办学类型 学校类型 办学类别 类别 类型 学段 xxlb kind type stage',
  countyCode:
    '区县代码 县区代码 行政区划代码 区划代码 所属区县代码 所在区县代码 县代码 区代码 所在地代码 xzqhm countycode divisioncode',
  county:
    '区县 县区 所属区县 所在区县 所属县区 区县名称 县区名称 行政区划 所在地 所属教育局 主管部门 xzqh county district division',
  parent:
    '上级学校 所属学校 本部 校本部 主校 本部学校 上级学校代码 所属学校代码 总校 parent parentschool mainschool',
};
const FIELD_OF = new Map(
  (Object.entries(WORDS) as [SchoolField, string][]).flatMap(([field, words]) =>
    words.split(' ').map((word): [string, SchoolField] => [word, field]),
  ),
);

export type SchoolColumns = Partial<Record<SchoolField, number>>;

export interface SchoolTable {
  readonly sheet: string;
  /** Column numbers from 1. */
  readonly columns: SchoolColumns;
  readonly rows: readonly SheetRow[];
}

function columnsOf(texts: readonly string[]): SchoolColumns {
  const columns: SchoolColumns = {};
  for (const [index, text] of texts.entries()) {
    const plain = compactText(text)
      .toLowerCase()
      .replace(/\([^()]*\)|[*★:_]|必填|选填/g, '');
    const field = FIELD_OF.get(plain);
    if (field && columns[field] === undefined) columns[field] = index + 1;
  }
  return columns;
}

/** The tables of schools: below the first row within thirty that has a heading for name and one for code. */
export function schoolTables(sheets: readonly Sheet[]): SchoolTable[] {
  return sheets.flatMap((sheet) => {
    for (const [index, row] of sheet.rows.slice(0, 30).entries()) {
      const columns = columnsOf(row.texts);
      if (columns.name === undefined || columns.code === undefined) continue;
      return [{ sheet: sheet.name, columns, rows: sheet.rows.slice(index + 1) }];
    }
    return [];
  });
}
