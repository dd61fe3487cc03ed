/** Why a file could not be read as a workbook. Codes are stable: the web, the API and the command line branch on them. */
export type WorkbookRefusalCode =
  | 'workbook_empty_file'
  | 'workbook_too_large'
  | 'workbook_zip_bomb'
  | 'workbook_password_protected'
  | 'workbook_damaged'
  | 'workbook_not_a_spreadsheet'
  | 'workbook_no_rows'
  | 'workbook_csv_quote_not_closed'
  | 'workbook_timeout';

export interface WorkbookRefusal {
  readonly code: WorkbookRefusalCode;
  /** What was found instead, where it helps: `pdf`, `word`, `image`, a line number … */
  readonly detail: string | null;
}

const TEXTS: Record<WorkbookRefusalCode, { zh: string; en: string }> = {
  workbook_empty_file: {
    zh: '文件是空的（0 字节）。请重新导出或另存后再上传。',
    en: 'The file is empty (0 bytes). Export or save it again, then upload it.',
  },
  workbook_too_large: {
    zh: '表格太大，无法读取。请按年级或校区分成几个文件，并删掉图片后再上传。',
    en: 'The workbook is too large to read. Split it by year group or campus and remove pictures, then upload it.',
  },
  workbook_zip_bomb: {
    zh: '文件展开后的大小异常，为安全起见没有打开。请在表格软件里另存为新的 .xlsx 再上传。',
    en: 'The file would unpack to an abnormal size and was not opened. Save it as a new .xlsx, then upload it.',
  },
  workbook_password_protected: {
    zh: '文件设了打开密码，读不出来。请在表格软件里取消密码（文件 → 文档加密/保护工作簿），另存后再上传。',
    en: 'The file is protected by a password. Remove the password in your spreadsheet program, save it, then upload it.',
  },
  workbook_damaged: {
    zh: '文件已损坏或没有传完整。请重新打开原表另存为 .xlsx 再上传。',
    en: 'The file is damaged or incomplete. Open the original, save it as .xlsx, then upload it.',
  },
  workbook_not_a_spreadsheet: {
    zh: '这不是表格文件。可以上传 .xlsx、.xls、.csv；文件名后缀不要紧，内容必须是表格。',
    en: 'This is not a spreadsheet. Upload .xlsx, .xls or .csv; the file name does not matter, the content does.',
  },
  workbook_no_rows: {
    zh: '表格里没有任何内容。请检查是否选对了文件。',
    en: 'The workbook has no content. Check that this is the right file.',
  },
  workbook_csv_quote_not_closed: {
    zh: '文本表格里有一个引号没有成对，后面的行会连成一格。请改好那一行，或另存为 .xlsx 再上传。',
    en: 'A quotation mark in the text table is not closed, so the lines after it would become one cell. Correct that line or save as .xlsx, then upload it.',
  },
  workbook_timeout: {
    zh: '读取表格用时过长，已停止。请按年级分成几个文件，或另存为新的 .xlsx 再上传。',
    en: 'Reading the workbook took too long and was stopped. Split it or save it as a new .xlsx, then upload it.',
  },
};

const DETAILS: Record<string, { zh: string; en: string }> = {
  pdf: { zh: '它是一份 PDF。', en: 'It is a PDF.' },
  word: { zh: '它是一份 Word 文档。', en: 'It is a Word document.' },
  slides: { zh: '它是一份演示文稿。', en: 'It is a slide show.' },
  image: { zh: '它是一张图片。', en: 'It is a picture.' },
  archive: { zh: '它是一个压缩包，请先解压。', en: 'It is an archive; unpack it first.' },
};

/** What happened, why and what to do, in one language. */
export function refusalText(refusal: WorkbookRefusal, language: 'zh' | 'en'): string {
  const text = TEXTS[refusal.code][language];
  const found = refusal.detail === null ? undefined : DETAILS[refusal.detail];
  if (found) return language === 'zh' ? `${found.zh}${text}` : `${found.en} ${text}`;
  if (refusal.code === 'workbook_csv_quote_not_closed' && refusal.detail !== null) {
    return language === 'zh' ? `第 ${refusal.detail} 行：${text}` : `Line ${refusal.detail}: ${text}`;
  }
  return text;
}
