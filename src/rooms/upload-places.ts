import type { UploadPlace } from '../platform/upload-place.ts';
import {
  PAGE_LARGE_BYTES,
  PAGE_SMALL_BYTES,
  PAGE_UPLOAD_MAX_BYTES,
  PAGES_PER_LESSON_MAX,
  SEGMENT_MAX_BYTES,
} from './wire.ts';

const nothingPacked = { unpackedBytes: null, entries: null, rows: null, seconds: null };

/** A picture of a page that the teacher puts up. A PDF becomes pictures in the teacher's own browser and is never sent. */
export const PAGE_UPLOAD: UploadPlace = {
  operation: 'appendPage',
  what: 'the picture of a page of a lesson',
  sentAs: 'body',
  types: [
    { name: 'JPEG', endings: ['.jpg'], mediaType: 'image/jpeg' },
    { name: 'PNG', endings: ['.png'], mediaType: 'image/png' },
    { name: 'WebP', endings: ['.webp'], mediaType: 'image/webp' },
  ],
  bytes: PAGE_UPLOAD_MAX_BYTES,
  ...nothingPacked,
  // 50 megapixels: a phone's photograph passes, a decompression bomb does not.
  pixels: 50_000_000,
  times: PAGES_PER_LESSON_MAX,
  kept: `two JPEG pictures drawn anew from its pixels, at most ${PAGE_LARGE_BYTES / 1024} and ${PAGE_SMALL_BYTES / 1024} KiB; nothing else of the file`,
  refusals: ['413 too_large', '415 wrong_media_type', '422 page_not_image'],
};

export const SEGMENT_UPLOAD: UploadPlace = {
  operation: 'appendSegment',
  what: 'two seconds of the teacher’s voice, or a second of ink',
  sentAs: 'body',
  types: [{ name: 'segment of the lesson log', endings: [], mediaType: 'application/octet-stream' }],
  bytes: SEGMENT_MAX_BYTES,
  ...nothingPacked,
  pixels: null,
  times: null,
  kept: 'ink is decoded and refused when it is none; voice as it came, only ever handed to the room’s own player',
  refusals: ['400 segment_damaged', '413 too_large', '415 wrong_media_type'],
};
