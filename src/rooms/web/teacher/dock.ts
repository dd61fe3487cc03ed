import { t } from '../../../platform/web/t.ts';
import { button, h, square } from './element.ts';

/** One thing asked or told below the board; nothing ever covers the page. */
export interface DockCard {
  readonly id: string;
  readonly title: string;
  readonly tone?: 'plain' | 'soon' | 'bad';
  readonly body: readonly (Node | string)[];
  readonly actions: readonly {
    readonly label: string;
    readonly kind?: 'main' | 'soft' | 'quiet';
    /** The card stays when the act says so. */
    readonly act: () => void;
  }[];
  /** Absent: it cannot be waved away, because something has to be decided. */
  readonly onClose?: () => void;
  /** Takes the keyboard's focus: the person asked for this card. */
  readonly focus?: boolean;
}

export interface Dock {
  readonly element: HTMLElement;
  show(card: DockCard): void;
  close(id: string): void;
  has(id: string): boolean;
}

/** The place below the tools: cards side by side, the newest first. */
export function createDock(): Dock {
  const element = h('div', { class: 'dock' });
  const cards = new Map<string, HTMLElement>();
  const close = (id: string) => {
    const held = cards.get(id);
    if (!held) return;
    cards.delete(id);
    held.remove();
  };
  return {
    element,
    close,
    has: (id) => cards.has(id),
    show(card) {
      close(card.id);
      const headingId = `dock-${card.id}`;
      const heading = h('h2', { id: headingId }, card.title);
      const shut = card.onClose;
      const x = shut
        ? square(t('rooms.teacher.close'), 'x', () => {
            close(card.id);
            shut();
          })
        : null;
      const buttons = card.actions.map(({ label, kind, act }) =>
        button(label, { class: `btn ${kind ?? ''}`, onClick: act }),
      );
      const panel = h(
        'section',
        {
          class: `panel ${card.tone ?? 'plain'}`,
          role: card.tone === 'bad' ? 'alert' : 'group',
          attributes: { 'aria-labelledby': headingId, tabindex: '-1' },
        },
        h('header', {}, heading, x),
        h('div', { class: 'panel-body' }, ...card.body),
        buttons.length > 0 && h('footer', {}, ...buttons),
      );
      panel.addEventListener('keydown', (event) => {
        if (event.key !== 'Escape' || !shut) return;
        event.stopPropagation();
        close(card.id);
        shut();
      });
      cards.set(card.id, panel);
      element.prepend(panel);
      if (card.focus) (panel.querySelector<HTMLElement>('input, footer button') ?? panel).focus();
    },
  };
}
