import type { WordKey } from '../../platform/i18n/catalogues.ts';
import { t } from '../../platform/web/t.ts';
import { modeIcon } from './mode-icon.ts';

/** A way of teaching in the console: icon and word. */
export function ModeMark({ mode }: { mode: string }) {
  return (
    <span className="mode-mark">
      <i className={`i i-${modeIcon(mode)}`} aria-hidden="true" /> {t(`rooms.mode.${mode}` as WordKey)}
    </span>
  );
}
