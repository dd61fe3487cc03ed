import { calendarConsolePages } from '../../../calendar/web/console-pages.tsx';
import { consentsConsolePages } from '../../../consents/web/console-pages.tsx';
import { coursesConsolePages } from '../../../courses/web/console-pages.tsx';
import { orgsConsolePages } from '../../../orgs/web/console-pages.tsx';
import { peopleConsolePages } from '../../../people/web/console-pages.tsx';
import { rostersConsolePages } from '../../../rosters/web/console-pages.tsx';
import { reachConsolePages, reachTodayParts } from '../../../reach/web/console-pages.tsx';
import { timetableConsolePages } from '../../../timetable/web/console-pages.tsx';
import type { ConsolePage, TodayPart } from './pages.ts';

/** All pages of the console, in the order of the menu. A capability adds its list here. */
export const CONSOLE_PAGES: readonly ConsolePage[] = [
  ...timetableConsolePages,
  ...reachConsolePages,
  ...calendarConsolePages,
  ...coursesConsolePages,
  ...consentsConsolePages,
  ...rostersConsolePages,
  ...orgsConsolePages,
  ...peopleConsolePages,
];

/** What stands on Today before the lessons. */
export const TODAY_PARTS: readonly TodayPart[] = reachTodayParts;
