// Plain JavaScript, like the three files that begin with it: the first TypeScript file that Node meets without its
// cache costs every start 50 ms.
import { closeSync, openSync, readSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..');

/**
 * Loads the program: the one file that `tools/build/program.ts` made of these very sources, else the sources.
 *
 * What Node makes of the code is kept for the next start; where that folder cannot be written nothing is kept.
 */
export async function loadProgram() {
  enableCompileCache(join(root, 'node_modules/.cache/compiled'));
  const { sourceFingerprint } = await import('../tools/build/stale.ts');
  const fingerprint = sourceFingerprint(root);
  const oneFile = join(root, 'dist.server/program.js');
  const isOneFile = beginsWith(oneFile, `// ${fingerprint}\n`);
  const { program } = await import(pathToFileURL(isOneFile ? oneFile : join(root, 'bin/program.ts')).href);
  return { ...program, loaded: { fingerprint, isOneFile } };
}

function beginsWith(file, text) {
  const found = Buffer.alloc(text.length);
  try {
    const opened = openSync(file);
    readSync(opened, found);
    closeSync(opened);
  } catch {
    // Not built yet, or not ours to read: the sources do as well.
    return false;
  }
  return found.toString('latin1') === text;
}
