/** @jsxImportSource preact */
import type { WordKey } from '../../platform/i18n/catalogues.ts';
import { t } from '../../platform/web/t.ts';
import { modeIcon } from './mode-icon.ts';

/** Icon of a way of teaching; always stands beside its word. */
export function ModeIcon({ mode }: { mode: string }) {
  return <i class={`i i-${modeIcon(mode)}`} aria-hidden="true" />;
}

/** A way of teaching as icon and word. */
export function ModeTag({ mode }: { mode: string }) {
  return (
    <span class="tag">
      <ModeIcon mode={mode} />
      {t(`rooms.mode.${mode}` as WordKey)}
    </span>
  );
}
