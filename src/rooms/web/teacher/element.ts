import { icon } from '../shared/dom.ts';

/** DOM made by hand: the room has no framework, and the page's policy allows no markup from text. */

type Child = Node | string | null | false;

export interface Props {
  class?: string;
  id?: string;
  role?: string;
  type?: string;
  hidden?: boolean;
  disabled?: boolean;
  /** Attributes by name: `aria-label`, `for`, `href`, `accept` … */
  attributes?: Readonly<Record<string, string>>;
  onClick?: (event: MouseEvent) => void;
}

/** One element with its children. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  const { attributes = {}, onClick, class: className, hidden, disabled, ...plain } = props;
  if (className) element.className = className;
  if (hidden) element.hidden = true;
  if (disabled) element.setAttribute('disabled', '');
  for (const [name, value] of Object.entries({ ...plain, ...attributes })) element.setAttribute(name, value);
  if (onClick) (element as HTMLElement).addEventListener('click', onClick);
  for (const child of children) if (child !== null && child !== false) element.append(child);
  return element;
}

/** A button with a picture and a word. */
export function button(
  label: string,
  options: Props & { icon?: string; onClick: () => void },
): HTMLButtonElement {
  const { icon: name, ...props } = options;
  return h(
    'button',
    { type: 'button', class: 'btn', ...props },
    name ? icon(name) : null,
    h('span', {}, label),
  );
}

/** A square button whose word only screen readers and the tooltip say. */
export function square(label: string, name: string, onClick: () => void): HTMLButtonElement {
  return h(
    'button',
    { type: 'button', class: 'sq', attributes: { 'aria-label': label, title: label }, onClick },
    icon(name),
  );
}

/**
 * Shows a list and keeps the rows that stay, so that focus and a finger on a row are not disturbed.
 *
 * @param make - makes the row of a new item. @param update - fills a row, new or old.
 */
export function keyedList<Item, Row extends HTMLElement>(
  container: HTMLElement,
  options: {
    key: (item: Item) => string;
    make: (item: Item) => Row;
    update: (row: Row, item: Item, index: number) => void;
  },
): (items: readonly Item[]) => void {
  const rows = new Map<string, Row>();
  return (items) => {
    const kept = new Set<string>();
    for (const [index, item] of items.entries()) {
      const key = options.key(item);
      kept.add(key);
      const row = rows.get(key) ?? options.make(item);
      rows.set(key, row);
      options.update(row, item, index);
      if (container.children[index] !== row) container.insertBefore(row, container.children[index] ?? null);
    }
    for (const [key, row] of rows) {
      if (kept.has(key)) continue;
      row.remove();
      rows.delete(key);
    }
  };
}
