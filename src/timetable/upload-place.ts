import type { UploadPlace } from '../platform/upload-place.ts';
import { WORKBOOK_PLACE, WORKBOOK_REFUSALS, WORKBOOK_TYPES } from '../rosters/upload-places.ts';

export const TIMETABLE_UPLOAD: UploadPlace = {
  ...WORKBOOK_PLACE,
  operation: 'checkTimetable',
  what: 'class timetables of a week, or the list of a term',
  types: [...WORKBOOK_TYPES, { name: 'list of a term as JSON', endings: ['.json'], mediaType: null }],
  refusals: [...WORKBOOK_REFUSALS, '422 term_json_…'],
  kept: 'the file, to be read again when it is confirmed; it is never sent out',
};
