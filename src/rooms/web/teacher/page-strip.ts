import { t } from '../../../platform/web/t.ts';
import { icon, setText } from '../shared/dom.ts';
import { button, h, keyedList } from './element.ts';
import type { ListedPage, PageList } from './page-list.ts';

export interface PageStrip {
  readonly element: HTMLElement;
  update(
    pages: PageList,
    shownN: number,
    lost: ReadonlyMap<number, ReadonlySet<string>>,
    ended: boolean,
  ): void;
}

interface StripItem {
  readonly page: ListedPage | null;
  readonly place: number;
  readonly shown: boolean;
  readonly lost: number;
}

/** The pages side by side; which is shown, which the pupils did not follow, which is still on its way. */
export function createPageStrip(acts: { turnTo: (n: number) => void; add: () => void }): PageStrip {
  const list = h('div', { class: 'strip-pages' });
  const add = button(t('rooms.teacher.pages.add'), { icon: 'plus', class: 'add', onClick: acts.add });
  const element = h(
    'nav',
    { class: 'strip', attributes: { 'aria-label': t('rooms.teacher.pages.title') } },
    list,
    add,
  );
  let shownBefore = -1;

  const show = keyedList<StripItem, HTMLButtonElement>(list, {
    key: ({ page }) => String(page?.n ?? 0),
    make: ({ page }) => {
      const picture = page
        ? h('img', { attributes: { src: page.src, alt: '', draggable: 'false', loading: 'lazy' } })
        : h('span', { class: 'blank' }, icon('pen'));
      return h(
        'button',
        { type: 'button', onClick: () => acts.turnTo(page?.n ?? 0) },
        h('span', { class: 'vh' }),
        picture,
        h('span', { class: 'n num', attributes: { 'aria-hidden': 'true' } }),
        h(
          'span',
          { class: 'q num', hidden: true, attributes: { 'aria-hidden': 'true' } },
          icon('help'),
          h('span'),
        ),
        h('span', { class: 'way', hidden: true }, icon('up')),
      );
    },
    update: (row, { page, place, shown, lost }) => {
      const number = row.querySelector('.n');
      if (number instanceof HTMLElement) setText(number, page ? String(place) : '');
      const question = row.querySelector<HTMLElement>('.q');
      if (question) question.hidden = lost === 0;
      const count = row.querySelector<HTMLElement>('.q > span');
      if (count) setText(count, String(lost));
      const onItsWay = row.querySelector<HTMLElement>('.way');
      if (onItsWay) onItsWay.hidden = page?.held ?? true;
      if (shown) row.setAttribute('aria-current', 'true');
      else row.removeAttribute('aria-current');
      const name = row.querySelector<HTMLElement>('.vh');
      if (name) setText(name, pageName(page, place, lost));
    },
  });

  return {
    element,
    update(pages, shownN, lost, ended) {
      add.disabled = ended;
      const lostOf = (n: number) => lost.get(n)?.size ?? 0;
      const blank: StripItem = { page: null, place: 0, shown: shownN === 0, lost: lostOf(0) };
      show([
        blank,
        ...pages.all.map((page, index) => ({
          page,
          place: index + 1,
          shown: page.n === shownN,
          lost: lostOf(page.n),
        })),
      ]);
      if (shownN === shownBefore) return;
      shownBefore = shownN;
      list.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    },
  };
}

function pageName(page: ListedPage | null, place: number, lost: number): string {
  const name = page ? t('rooms.teacher.pages.page', { page: place }) : t('rooms.teacher.pages.blank-board');
  const parts = [name, lost > 0 ? t('rooms.teacher.pages.lost', { count: lost }) : ''];
  if (page && !page.held) parts.push(t('rooms.teacher.pages.on-its-way'));
  return parts.filter((part) => part !== '').join(t('rooms.teacher.list-comma'));
}
