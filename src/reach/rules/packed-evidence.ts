import type { Evidence } from './attendance.ts';

/** Letters of the packed form; a letter is never given another meaning, because old days keep it. */
const numbers = {
  c: 'attendedSeconds',
  d: 'taughtSeconds',
  h: 'heardSeconds',
  v: 'voiceSeconds',
  l: 'lateMinutes',
  e: 'leftEarlyPercent',
  m: 'madeUpPercent',
} as const;
const texts = { s: 'source', o: 'outcome', r: 'reason' } as const;

/**
 * Evidence as it is kept with each expectation: words of a letter and a value, numbers to the base of 36, instants as
 * milliseconds since the school day's date began in UTC. A fifth of the same as JSON, and there is one for every pupil
 * and lesson.
 *
 * @param day - `YYYY-MM-DD`, the day of the expectation.
 */
export function packEvidence(evidence: Evidence, day: string): string {
  const begin = Date.parse(`${day}T00:00:00Z`);
  const at = (iso: string) => (Date.parse(iso) - begin).toString(36);
  const words: string[] = [];
  if (evidence.enteredAt !== undefined) words.push(`a${at(evidence.enteredAt)}`);
  if (evidence.leftAt !== undefined) words.push(`b${at(evidence.leftAt)}`);
  for (const { from, to } of evidence.away ?? []) words.push(`w${at(from)}:${at(to)}`);
  for (const [letter, key] of Object.entries(numbers)) {
    const value = evidence[key];
    if (value !== undefined) words.push(`${letter}${value.toString(36)}`);
  }
  for (const [letter, key] of Object.entries(texts)) {
    const value = evidence[key];
    if (value !== undefined) words.push(`${letter}${encodeURIComponent(value)}`);
  }
  if (evidence.excusedByStaff !== undefined) words.push(evidence.excusedByStaff ? 'x1' : 'x0');
  if (evidence.notTaught === true) words.push('n');
  return words.join(' ');
}

/** The way back; also reads the JSON that days before this form were kept in. */
export function unpackEvidence(packed: string, day: string): Evidence {
  if (packed.startsWith('{')) return JSON.parse(packed) as Evidence;
  const begin = Date.parse(`${day}T00:00:00Z`);
  const iso = (value: string) => new Date(begin + Number.parseInt(value, 36)).toISOString();
  const evidence: Record<string, unknown> = {};
  const away: { from: string; to: string }[] = [];
  for (const word of packed === '' ? [] : packed.split(' ')) {
    const letter = word.charAt(0);
    const value = word.slice(1);
    if (letter === 'a') evidence['enteredAt'] = iso(value);
    else if (letter === 'b') evidence['leftAt'] = iso(value);
    else if (letter === 'w') {
      const [from = '0', to = '0'] = value.split(':');
      away.push({ from: iso(from), to: iso(to) });
    } else if (letter === 'x') evidence['excusedByStaff'] = value === '1';
    else if (letter === 'n') evidence['notTaught'] = true;
    else if (letter in texts) evidence[texts[letter as keyof typeof texts]] = decodeURIComponent(value);
    else if (letter in numbers)
      evidence[numbers[letter as keyof typeof numbers]] = Number.parseInt(value, 36);
  }
  if (away.length > 0) evidence['away'] = away;
  return evidence as Evidence;
}
