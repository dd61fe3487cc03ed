import type { OutputInfo } from 'sharp';
import { AppError } from '../platform/errors.ts';
import { PAGE_UPLOAD } from './upload-places.ts';
import { PAGE_LARGE_BYTES, PAGE_SMALL_BYTES } from './wire.ts';

export interface PageImages {
  readonly large: Buffer;
  readonly small: Buffer;
  /** Pixels of the large image. */
  readonly width: number;
  readonly height: number;
}

/** Enough for text on any phone and a projector; beyond it only bytes grow. */
const LARGE_SIDE = 1600;
const SMALL_SIDE = 800;
const LARGE_QUALITIES = [78, 60, 45];
const SMALL_QUALITIES = [60, 42, 28];

/**
 * The two JPEG sizes of a page. Everything but the picture is gone (place, camera, hidden data): the image is
 * decoded and written anew. Turned as the camera says. Transparent parts become white.
 *
 * A page too rich for its size is first pressed harder, then made smaller, so both limits always hold.
 *
 * @throws {AppError} 422 `page_not_image` when it is no JPEG, PNG or WebP that can be read, or has too many pixels.
 */
export async function makePageImages(upload: Buffer): Promise<PageImages> {
  try {
    requirePicture(upload);
    const large = await pressed(upload, LARGE_SIDE, LARGE_QUALITIES, PAGE_LARGE_BYTES);
    const small = await pressed(upload, SMALL_SIDE, SMALL_QUALITIES, PAGE_SMALL_BYTES);
    return { large: large.data, small: small.data, width: large.info.width, height: large.info.height };
  } catch (cause) {
    throw new AppError(422, 'page_not_image', 'This page is not a picture that can be read.', { cause });
  }
}

/** First bytes of the pictures that are taken. The decoder knows many more kinds, some of them programs (SVG). */
const STARTS: readonly ((bytes: Buffer) => boolean)[] = [
  (bytes) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])),
  (bytes) => bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])),
  (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP',
];

function requirePicture(upload: Buffer): void {
  if (!STARTS.some((isStart) => isStart(upload))) throw new Error('no JPEG, PNG or WebP');
}

async function pressed(
  upload: Buffer,
  startSide: number,
  qualities: readonly number[],
  maxBytes: number,
): Promise<{ data: Buffer; info: OutputInfo }> {
  // Loaded by the first page, not by the start.
  const { default: sharp } = await import('sharp');
  for (let side = startSide; ;) {
    const picture = sharp(upload, {
      limitInputPixels: PAGE_UPLOAD.pixels ?? true,
      failOn: 'error',
      animated: false,
    })
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .resize({ width: side, height: side * 2, fit: 'inside', withoutEnlargement: true });
    const { data: pixels, info } = await picture.raw().toBuffer({ resolveWithObject: true });
    const raw = { width: info.width, height: info.height, channels: info.channels };
    let smallest = Number.POSITIVE_INFINITY;
    for (const quality of qualities) {
      const made = await sharp(pixels, { raw })
        .jpeg({ quality, mozjpeg: true })
        .toBuffer({ resolveWithObject: true });
      if (made.data.length <= maxBytes || side < 200) return made;
      smallest = made.data.length;
      // Far too rich: pressing harder will not do, and each try costs a tenth of a second.
      if (smallest > 3 * maxBytes) break;
    }
    side = Math.floor(Math.min(side, info.width) * Math.max(0.4, 0.95 * Math.sqrt(maxBytes / smallest)));
  }
}
