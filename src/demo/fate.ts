/** How one pupil fared with one lesson of the demo's past; drawn from their ids, so the same at every start. */
export type Fate = 'present' | 'late' | 'leftEarly' | 'madeUp' | 'missed';

/** FNV-1a; spreads ids evenly, nothing more is asked of it. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}

/** One pupil in so many is not reached at all on a day. */
const awayOneIn = 170;

/**
 * @param day - `YYYY-MM-DD`.
 * @returns mostly `present`; a whole day away about once in a term; now and then late, cut off, or made up.
 */
export function fateOf(personId: string, day: string, lessonId: string): Fate {
  if (hash(`${personId} ${day}`) % awayOneIn === 0) return 'missed';
  const luck = hash(`${personId} ${lessonId}`) % 100;
  if (luck < 2) return 'missed';
  if (luck < 5) return 'madeUp';
  if (luck < 7) return 'late';
  return luck < 8 ? 'leftEarly' : 'present';
}
