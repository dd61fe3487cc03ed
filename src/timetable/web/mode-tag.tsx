/** @jsxImportSource preact */
import { t } from '../../platform/web/t.ts';
import type { TodayLesson } from '../today-contract.ts';
import { modeIcon } from './mode-icon.ts';

/** Icon of a way of teaching; always stands beside its word. */
export function ModeIcon({ mode }: { mode: TodayLesson['mode'] }) {
  return <i class={`i i-${modeIcon(mode)}`} aria-hidden="true" />;
}

/** A way of teaching as icon and word. */
export function ModeTag({ mode }: { mode: TodayLesson['mode'] }) {
  return (
    <span class="tag">
      <ModeIcon mode={mode} />
      {t(`rooms.mode.${mode}`)}
    </span>
  );
}
