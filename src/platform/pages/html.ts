import type { Locale } from '../i18n/words.ts';
import type { EntryFiles } from '../web/manifest.ts';

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}

/** JSON that cannot end its own script element. */
function dataBlock(id: string, data: unknown): string {
  return `<script type="application/json" id="${id}">${JSON.stringify(data).replace(/</g, '\\u003c')}</script>`;
}

export interface PageParts {
  readonly locale: Locale;
  readonly title: string;
  readonly files: EntryFiles;
  /** HTML made by our own views, never text of people. */
  readonly body?: string;
  /** What the page needs to know at once; read with `firstData()`. */
  readonly data?: unknown;
  readonly styleNonce?: string;
}

/** A whole HTML page around one entry of the build. */
export function htmlPage({ locale, title, files, body = '', data, styleNonce }: PageParts): string {
  const styles = files.styles.map((href) => `<link rel="stylesheet" href="${href}">`);
  const preload = files.preload.map((href) => `<link rel="modulepreload" href="${href}">`);
  return [
    '<!doctype html>',
    `<html lang="${locale}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover">',
    `<title>${escapeHtml(title)}</title>`,
    ...styles,
    `<script defer src="${files.words[locale]}"></script>`,
    `<script type="module" src="${files.script}"></script>`,
    ...preload,
    '<link rel="icon" href="/icon.svg" type="image/svg+xml"><link rel="apple-touch-icon" href="/icon-192.png">',
    '<link rel="manifest" href="/manifest.webmanifest">',
    '<meta name="color-scheme" content="light dark"><meta name="theme-color" content="#1f5c4d">',
    styleNonce ? `<meta name="style-nonce" nonce="${styleNonce}">` : '',
    '</head><body>',
    `<div id="app">${body}</div>`,
    data === undefined ? '' : dataBlock('first-data', data),
    '</body></html>',
  ]
    .filter((part) => part !== '')
    .join('\n');
}
