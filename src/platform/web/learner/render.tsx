/** @jsxImportSource preact */
import { renderToString } from 'preact-render-to-string';
import { setWords, t, type LoadedWords } from '../t.ts';

export function renderToday(words: LoadedWords): string {
  setWords(words);
  return renderToString(<h1>{t('platform.brand')}</h1>);
}
