import { MENU_GROUPS, type ConsolePage, type MenuGroup } from './pages.ts';

export interface MenuSection {
  readonly group: MenuGroup;
  readonly pages: readonly ConsolePage[];
}

/** The menu of an appointment: groups in their order, without pages it may not use and without empty groups. */
export function menuFor(actions: readonly string[], list: readonly ConsolePage[]): MenuSection[] {
  const allowed = new Set(actions);
  return MENU_GROUPS.map((group) => ({
    group,
    pages: list.filter((page) => page.group === group && allowed.has(page.action)),
  })).filter(({ pages }) => pages.length > 0);
}

/** Pages the appointment may open, those outside the menu included. */
export function openPages(actions: readonly string[], list: readonly ConsolePage[]): ConsolePage[] {
  const allowed = new Set(actions);
  return list.filter(({ action }) => allowed.has(action));
}

/** Menu entry that is lit at an address: the one with the longest fitting beginning. */
export function currentPage(path: string, sections: readonly MenuSection[]): ConsolePage | undefined {
  const at = path.replace(/^\/|\/$/g, '');
  return sections
    .flatMap(({ pages }) => pages)
    .filter((page) => at === page.path || at.startsWith(`${page.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0];
}
