/** @jsxImportSource preact */
import { t } from '../../platform/web/t.ts';
import type { TodayLesson } from '../today-contract.ts';

const ICONS: Record<TodayLesson['mode'], string> = {
  live: 'live',
  recording: 'vod',
  external: 'share',
  contacted: 'phone',
  tv: 'tv',
  'self-study': 'book',
  questions: 'qa',
  phone: 'phone',
  paper: 'paper',
};

/** Icon of a way of teaching; always stands beside its word. */
export function ModeIcon({ mode }: { mode: TodayLesson['mode'] }) {
  return <i class={`i i-${ICONS[mode]}`} aria-hidden="true" />;
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
