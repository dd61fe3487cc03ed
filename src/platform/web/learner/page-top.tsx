/** @jsxImportSource preact */
import { t } from '../t.ts';

export interface PageTopProps {
  readonly title: string;
  /** `?pupil=` of the address, so that the way back leads to the same child. */
  readonly pupil: string | null;
}

/** Head of a page that stands behind Today: its name and the way back. */
export function PageTop({ title, pupil }: PageTopProps) {
  return (
    <header class="top with-back">
      <a class="back" href={pupil ? `/?pupil=${pupil}` : '/'} aria-label={t('platform.toToday')}>
        <i class="i i-left" aria-hidden="true" />
      </a>
      <h1>{title}</h1>
    </header>
  );
}
