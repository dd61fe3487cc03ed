import type { UploadPlace, UploadType } from '../platform/upload-place.ts';
import { WORKBOOK_LIMITS } from './workbook/limits.ts';

const form = (name: string, ...endings: string[]): UploadType => ({ name, endings, mediaType: null });

/** Tables of every kind that schools send, recognised by their content alone. */
export const WORKBOOK_TYPES: readonly UploadType[] = [
  form('workbook of Excel or WPS (zip of XML)', '.xlsx', '.xlsm', '.xlsb'),
  form('OpenDocument table', '.ods'),
  form('old binary workbook', '.xls', '.et'),
  form('page of tables in HTML, or XML table of 2003', '.xls', '.html', '.xml'),
  form('text table in UTF-8, UTF-16 or GB18030', '.csv', '.tsv', '.txt'),
  form('zip of text tables (OneRoster)', '.zip'),
];

/** Codes of a file that is no table, has no rows, or is too large or too dense to be opened. */
export const WORKBOOK_REFUSALS = ['413 too_large', '415 wrong_media_type', '422 workbook_…'] as const;

/** What all places for workbooks have in common. */
export const WORKBOOK_PLACE = {
  sentAs: 'form',
  types: WORKBOOK_TYPES,
  bytes: WORKBOOK_LIMITS.fileBytes,
  unpackedBytes: WORKBOOK_LIMITS.inflatedBytes,
  entries: WORKBOOK_LIMITS.entries,
  rows: WORKBOOK_LIMITS.rowsPerSheet,
  pixels: null,
  times: null,
  seconds: WORKBOOK_LIMITS.timeMs / 1000,
  refusals: WORKBOOK_REFUSALS,
} as const satisfies Partial<UploadPlace>;

export const ROSTER_UPLOAD: UploadPlace = {
  ...WORKBOOK_PLACE,
  operation: 'checkRoster',
  what: 'a roster of a school',
  kept: 'what was read of it, until the draft is confirmed or thrown away; not the file',
};

export const SCHOOLS_UPLOAD: UploadPlace = {
  ...WORKBOOK_PLACE,
  operation: 'checkSchools',
  what: 'a list of schools',
  kept: 'the file, to be read again when it is confirmed; it is never sent out',
};
