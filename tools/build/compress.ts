import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const COMPRESSIBLE = /\.(?:js|css|svg|json|map|txt|wasm)$/;
/** Below this the header of the encoding eats the gain. */
const SMALLEST_BYTES = 512;
/** Brotli's last steps cost seconds on the megabytes of the console and save 4 %; pupils' files are small and get them. */
const LARGE_BYTES = 60_000;

/** Writes `.gz` and `.br` beside a built file when it gains by it. */
export async function precompress(file: string): Promise<void> {
  if (!COMPRESSIBLE.test(file)) return;
  const bytes = await readFile(file);
  if (bytes.length < SMALLEST_BYTES) return;
  const quality = bytes.length > LARGE_BYTES ? 5 : 11;
  const [gz, br] = await Promise.all([
    promisify(gzip)(bytes, { level: bytes.length > LARGE_BYTES ? 6 : 9 }),
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }),
  ]);
  await Promise.all([writeFile(`${file}.gz`, gz), writeFile(`${file}.br`, br)]);
}
