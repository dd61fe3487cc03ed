import type orgs from '../../orgs/words/zh-CN.json';
import type people from '../../people/words/zh-CN.json';
import type calendar from '../../calendar/words/zh-CN.json';
import type consents from '../../consents/words/zh-CN.json';
import type courses from '../../courses/words/zh-CN.json';
import type facts from '../../facts/words/zh-CN.json';
import type rosters from '../../rosters/words/zh-CN.json';
import type timetable from '../../timetable/words/zh-CN.json';
import type rooms from '../../rooms/words/zh-CN.json';
import type reach from '../../reach/words/zh-CN.json';
import type demo from '../../demo/words/zh-CN.json';
import type platform from '../words/zh-CN.json';

/**
 * Folders under `src/` that have `words/zh-CN.json` and `words/en.json`. A new capability adds its import
 * above, its keys to `WordKey` and its folder here.
 */
export const CATALOGUES = [
  'platform',
  'orgs',
  'people',
  'calendar',
  'courses',
  'consents',
  'facts',
  'rosters',
  'timetable',
  'rooms',
  'reach',
  'demo',
] as const;

/** Every key of every catalogue, so that a misspelt one does not compile. */
export type WordKey =
  | keyof typeof platform
  | keyof typeof orgs
  | keyof typeof people
  | keyof typeof calendar
  | keyof typeof courses
  | keyof typeof consents
  | keyof typeof facts
  | keyof typeof rosters
  | keyof typeof timetable
  | keyof typeof rooms
  | keyof typeof reach
  | keyof typeof demo;
