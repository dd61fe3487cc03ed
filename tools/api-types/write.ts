import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateTypes, type OpenApi } from './generate.ts';
import { describeApi } from './describe.ts';

const ROOT = join(import.meta.dirname, '../..');
const FILES = {
  document: join(ROOT, 'openapi.json'),
  types: join(ROOT, 'src/platform/web/api.generated.d.ts'),
};

/** Both files as they should be now. */
async function wanted(): Promise<Record<string, string>> {
  const document = await describeApi();
  return {
    [FILES.document]: `${JSON.stringify(document, null, 2)}\n`,
    [FILES.types]: generateTypes(document as OpenApi),
  };
}

async function stale(): Promise<string[]> {
  const names: string[] = [];
  for (const [file, text] of Object.entries(await wanted())) {
    const present = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    if (present !== text) names.push(file.slice(ROOT.length + 1));
  }
  return names;
}

if (process.argv.includes('--check')) {
  const names = await stale();
  if (names.length > 0) {
    console.error(`Stale: ${names.join(', ')}. Run \`npm run api\` and commit the difference.`);
    process.exit(1);
  }
  console.log('openapi.json and the types of the API are up to date.');
} else {
  for (const [file, text] of Object.entries(await wanted())) await writeFile(file, text);
  console.log('Wrote openapi.json and src/platform/web/api.generated.d.ts.');
}
process.exit(0);
