type Attribute = string | number | boolean | null | ((event: Event) => void);
type Child = Node | string | null;

/**
 * A DOM element with attributes and children; no markup is ever parsed.
 *
 * @param attributes - a function under `onclick`, `onsubmit` … listens; `true` sets an empty attribute; `false` and
 *   `null` set none.
 */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, Attribute>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const name of Object.keys(attributes)) {
    const value = attributes[name]!;
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child !== null) element.append(child);
  return element;
}

/** A picture beside a word; says nothing by itself. */
export function icon(name: string): HTMLElement {
  return el('i', { class: `i i-${name}`, 'aria-hidden': 'true' });
}

/** Sets a text only when it changed, so that a live region does not speak it again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Takes everything out of an element. */
export function clear(element: Element): void {
  while (element.firstChild) element.removeChild(element.firstChild);
}
