/** @jsxImportSource preact */
import { api } from '../api.ts';
import { t } from '../t.ts';
import { useAsked, type Asked } from './ask.ts';

export type Self = Awaited<ReturnType<typeof askSelf>>;

function askSelf(signal: AbortSignal) {
  return api.get('/api/me', { signal });
}

/** Who is signed in, with their children. */
export function useSelf(): Asked<Self> {
  return useAsked('me', askSelf);
}

/**
 * The pupil a page is about: the one in the address, else oneself, else the first child; null when there is none.
 *
 * @param named - `?pupil=` of the address.
 */
export function shownPupilId({ isPupil, personId, children }: Self, named: string | null): string | null {
  if (named !== null && named !== '') return named;
  return isPupil ? personId : (children[0]?.personId ?? null);
}

/** With several children: whose page this is, and the others a tap away. Under each name only that child's things. */
export function ChildChoice({ self, shown, path }: { self: Self; shown: string | null; path: string }) {
  if (self.children.length < 2) return null;
  return (
    <nav class="child-choice" aria-label={t('platform.children')}>
      {self.children.map(({ personId, name, className }) => (
        <a
          key={personId}
          href={`/my/${path}?pupil=${personId}`}
          aria-current={personId === shown ? 'true' : undefined}
        >
          <b>{name}</b>
          <small>{className}</small>
        </a>
      ))}
    </nav>
  );
}
