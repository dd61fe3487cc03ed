/** Writes docs/errors.md from the catalogues: every refusal once, in both languages. `--check` compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CATALOGUES } from '../../src/platform/i18n/catalogues.ts';
import { readCatalogue } from '../../src/platform/i18n/server-words.ts';

const file = path.join(import.meta.dirname, '../../docs/errors.md');
const rows = CATALOGUES.flatMap((folder) => {
  const chinese = readCatalogue(folder, 'zh-CN');
  const english = readCatalogue(folder, 'en');
  return Object.keys(chinese)
    .filter((key) => key.startsWith(`${folder}.problem.`))
    .map((key) => ({
      code: key.slice(`${folder}.problem.`.length),
      folder,
      zh: chinese[key] ?? '',
      en: english[key] ?? '',
    }));
}).sort((a, b) => a.code.localeCompare(b.code));

const text = `# Refusals

Every refusal has a stable code; programs branch on it, people read the sentence in their language. Generated from the catalogues by \`npm run errors\`.

| code | of | English | 中文 |
|---|---|---|---|
${rows.map(({ code, folder, zh, en }) => `| \`${code}\` | ${folder} | ${en.replaceAll('|', '\\|')} | ${zh.replaceAll('|', '\\|')} |`).join('\n')}
`;

if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== text) {
    console.error('docs/errors.md is stale: run `npm run errors`.');
    process.exit(1);
  }
} else {
  writeFileSync(file, text);
  console.log(`docs/errors.md written: ${rows.length} codes.`);
}
