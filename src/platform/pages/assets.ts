import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.wasm': 'application/wasm',
  '.bcmap': 'application/octet-stream',
  '.pfb': 'application/octet-stream',
  '.ttf': 'font/ttf',
};

export interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
  /** Smaller forms of the same bytes, when the build made them. */
  readonly encoded: { readonly br?: Buffer; readonly gzip?: Buffer };
}

/**
 * All built files by their address. Only what stands in this map is served, so no path in an address can lead
 * anywhere else. A few megabytes, read once.
 */
export async function loadAssets(folder: string): Promise<Map<string, Asset>> {
  const files = new Map<string, Buffer>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    files.set(relative(folder, file).replaceAll('\\', '/'), await readFile(file));
  }
  const assets = new Map<string, Asset>();
  for (const [name, bytes] of files) {
    const type = TYPES[extname(name)];
    if (!type) continue;
    assets.set(`/assets/${name}`, {
      type,
      bytes,
      encoded: { br: files.get(`${name}.br`), gzip: files.get(`${name}.gz`) },
    });
  }
  return assets;
}

/** The smallest form the browser takes. @param accepted - its `Accept-Encoding` header. */
export function chooseEncoding(
  asset: Asset,
  accepted: string | undefined,
): { bytes: Buffer; encoding?: 'br' | 'gzip' } {
  const names = (accepted ?? '').split(',').map((part) => part.trim().split(';')[0]);
  for (const encoding of ['br', 'gzip'] as const) {
    const bytes = asset.encoded[encoding];
    if (bytes && names.includes(encoding)) return { bytes, encoding };
  }
  return { bytes: asset.bytes };
}
