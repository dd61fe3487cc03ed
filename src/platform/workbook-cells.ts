import type { Row } from 'write-excel-file/node';

/** Media type of a workbook that is handed out. */
export const workbookType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

export const bold = (value: string) => ({ value, fontWeight: 'bold' as const });

/** The row of headings above a table. */
export const head = (...texts: string[]): Row =>
  texts.map((value) => ({ ...bold(value), backgroundColor: '#F1F4EE' }));
