/** @jsxImportSource preact */
import { renderToString } from 'preact-render-to-string';
import type { Today } from '../../../timetable/today-contract.ts';
import { setWords, type LoadedWords } from '../t.ts';
import { FirstToday, type FirstData } from './app.tsx';

/** HTML of the learner's Today for the server. Synchronous on purpose: the texts of one reader are in one holder. */
export function renderToday(words: LoadedWords, first: FirstData & { today: Today }): string {
  setWords(words);
  return renderToString(<FirstToday first={first} />);
}
