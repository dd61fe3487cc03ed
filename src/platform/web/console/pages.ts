import type { ComponentType } from 'react';
import type { WordKey } from '../../i18n/catalogues.ts';

/** The five groups of the sider, in their order. */
export const MENU_GROUPS = ['today', 'plan', 'people', 'duties', 'data'] as const;
export type MenuGroup = (typeof MENU_GROUPS)[number];

/** One page of the staff console; declared in `src/<capability>/web/console-pages.tsx`. */
export interface ConsolePage {
  /** Address under `/console/<appointment>/`, without a slash at the ends; parameters as `:lessonId`. Empty: the first page. */
  readonly path: string;
  readonly title: WordKey;
  /** Where it stands in the menu; `undefined`: reached from another page. */
  readonly group?: MenuGroup;
  /** Action the appointment must have; without it the page is absent, not grey. */
  readonly action: string;
  /** Makes sense only for an appointment at a school or below one: a bureau's officer has no timetable. */
  readonly atSchool?: true;
  /** Where whoever may open it begins; the first such page of the list, else the first of the menu. */
  readonly isLanding?: true;
  /** People missing or things failed behind this entry, for the red number beside it; asked again every minute. */
  readonly countTrouble?: (orgId: string) => Promise<number>;
  readonly load: () => Promise<{ default: ComponentType }>;
}

/** What a capability adds to the top of everybody's Today; declared beside its pages. */
export interface TodayPart {
  /** Action the appointment must have; without it the part is absent. */
  readonly action: string;
  readonly load: () => Promise<{ default: ComponentType }>;
}
