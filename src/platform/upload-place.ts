import type { FastifyRequest } from 'fastify';
import { AppError } from './errors.ts';

/** A kind of file as it may come in. */
export interface UploadType {
  /** As people call it: `xlsx`, `JPEG`. */
  readonly name: string;
  /** Endings such files usually have; the name is never asked, the content is. */
  readonly endings: readonly string[];
  /** What the request itself must say; null where files come as a part of a form. */
  readonly mediaType: string | null;
}

/**
 * One place where a file comes in: what is taken and how much of it. The route of the place, the check of its content,
 * docs/uploads.md and the proofs read the same limits.
 */
export interface UploadPlace {
  /** Name of the call in the contract. */
  readonly operation: string;
  readonly what: string;
  /** A part `file` of a form, or the whole body. */
  readonly sentAs: 'form' | 'body';
  readonly types: readonly UploadType[];
  readonly bytes: number;
  /** Bytes of all parts after unpacking; null where nothing is unpacked. */
  readonly unpackedBytes: number | null;
  /** Parts of an archive. */
  readonly entries: number | null;
  /** Rows of one sheet. */
  readonly rows: number | null;
  /** Pixels of a picture, width × height, all frames. */
  readonly pixels: number | null;
  /** How often in a lesson. */
  readonly times: number | null;
  /** Seconds after which reading is given up. */
  readonly seconds: number | null;
  /** What is kept of it. */
  readonly kept: string;
  /** Status and codes of a file that is something else. */
  readonly refusals: readonly string[];
}

/** Beside the file a form holds the boundary, names and a field of options. */
const FORM_BYTES = 100_000;

/** Most bytes of a request to the place. */
export function bodyLimitOf({ sentAs, bytes }: UploadPlace): number {
  return sentAs === 'form' ? bytes + FORM_BYTES : bytes;
}

export interface UploadedForm {
  readonly file: { readonly fileName: string; readonly bytes: Uint8Array } | null;
  /** Text of the other fields by name. */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Reads the form of an upload: one file and short fields.
 *
 * @throws {AppError} 415 `wrong_media_type` when it is no form, 413 `too_large` when the file or the form is.
 */
export async function readUploadForm(request: FastifyRequest, place: UploadPlace): Promise<UploadedForm> {
  if (!request.isMultipart())
    throw new AppError(415, 'wrong_media_type', 'Send multipart/form-data with a file.');
  let file: UploadedForm['file'] = null;
  const fields: Record<string, string> = {};
  for await (const part of request.parts({ limits: { fileSize: place.bytes + 1, files: 1 } })) {
    if (part.type === 'file') file = { fileName: part.filename, bytes: await part.toBuffer() };
    else fields[part.fieldname] = String(part.value);
  }
  return { file, fields };
}
