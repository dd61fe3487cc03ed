/**
 * Why a file could not be read as a workbook. Codes are stable: the web, the API and the command line branch on
 * them; people read the catalogue entry `rosters.problem.<code>`.
 */
export type WorkbookRefusalCode =
  | 'workbook_empty_file'
  | 'workbook_too_large'
  | 'workbook_zip_bomb'
  | 'workbook_password_protected'
  | 'workbook_damaged'
  | 'workbook_not_a_spreadsheet'
  | 'workbook_is_pdf'
  | 'workbook_is_word'
  | 'workbook_is_slides'
  | 'workbook_is_image'
  | 'workbook_is_archive'
  | 'workbook_several_sets'
  | 'workbook_no_rows'
  | 'workbook_csv_quote_not_closed'
  | 'workbook_timeout';

export interface WorkbookRefusal {
  readonly code: WorkbookRefusalCode;
  /** Values of the catalogue text. */
  readonly params: Readonly<Record<string, string | number>>;
}
