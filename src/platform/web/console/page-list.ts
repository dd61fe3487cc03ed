import type { ConsolePage } from './pages.ts';

/** All pages of the console, in the order of the menu. A capability adds its list here. */
export const CONSOLE_PAGES: readonly ConsolePage[] = [];
