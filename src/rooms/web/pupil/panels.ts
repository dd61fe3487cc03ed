import { el, icon } from '../shared/dom.ts';

export interface PanelParts {
  readonly picture: string;
  readonly title: string;
  readonly text: string;
  /** The one large button. */
  readonly main?: { readonly label: string; readonly act: () => void };
  readonly links?: readonly { readonly label: string; readonly href: string }[];
}

/** A whole screen that says one thing: before the lesson, after it, or why it cannot be shown. */
export function createPanel(title: string, backLabel: string, parts: PanelParts): HTMLElement {
  const { main } = parts;
  return el(
    'div',
    { class: 'room' },
    el(
      'header',
      { class: 'head' },
      el('a', { class: 'sq', href: '/', 'aria-label': backLabel }, icon('left')),
      el('h1', {}, title),
    ),
    el(
      'main',
      { class: 'panel', role: 'status' },
      icon(parts.picture),
      el('h2', {}, parts.title),
      el('p', {}, parts.text),
      main ? el('button', { class: 'hear', type: 'button', onclick: main.act }, main.label) : null,
      ...(parts.links || []).map(({ label, href }) => el('a', { class: 'plain', href }, label)),
    ),
  );
}
