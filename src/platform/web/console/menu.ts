import { MENU_GROUPS, type ConsolePage, type MenuGroup } from './pages.ts';

export interface MenuSection {
  readonly group: MenuGroup;
  readonly pages: readonly ConsolePage[];
}

/** What an appointment is and may. */
export interface Standing {
  readonly actions: readonly string[];
  /** Kind of the unit the appointment is at; null when it is unknown. */
  readonly orgKind: string | null;
}

const ABOVE_SCHOOLS: ReadonlySet<string | null> = new Set(['ministry', 'province', 'city', 'county']);

/** The menu of an appointment: groups in their order, without pages it may not use and without empty groups. */
export function menuFor(standing: Standing, list: readonly ConsolePage[]): MenuSection[] {
  const open = openPages(standing, list);
  return MENU_GROUPS.map((group) => ({ group, pages: open.filter((page) => page.group === group) })).filter(
    ({ pages }) => pages.length > 0,
  );
}

/** Pages the appointment may open, those outside the menu included. */
export function openPages({ actions, orgKind }: Standing, list: readonly ConsolePage[]): ConsolePage[] {
  const allowed = new Set(actions);
  return list.filter(
    ({ action, atSchool }) => allowed.has(action) && !(atSchool && ABOVE_SCHOOLS.has(orgKind)),
  );
}

/** Where the appointment begins: with what is wrong right now where it may see that. */
export function landingPage(standing: Standing, list: readonly ConsolePage[]): ConsolePage | undefined {
  const entries = menuFor(standing, list).flatMap(({ pages }) => pages);
  return entries.find(({ isLanding }) => isLanding) ?? entries[0];
}

/** Menu entry that is lit at an address: the one with the longest fitting beginning. */
export function currentPage(path: string, sections: readonly MenuSection[]): ConsolePage | undefined {
  const at = path.replace(/^\/|\/$/g, '');
  return sections
    .flatMap(({ pages }) => pages)
    .filter((page) => at === page.path || at.startsWith(`${page.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0];
}
