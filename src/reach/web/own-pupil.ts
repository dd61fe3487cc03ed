import { api } from '../../platform/web/api.ts';
import { useAsked, type Asked } from '../../platform/web/learner/ask.ts';

export interface ShownPupil {
  readonly pupilId: string;
  /** The child a guardian speaks for; null on a pupil's own page. */
  readonly forChild: string | null;
}

/** The pupil a page is about: the child in the address, else oneself, else the only child; null when there is none. */
export function useShownPupil(query: URLSearchParams): Asked<ShownPupil | null> {
  const named = query.get('pupil');
  return useAsked(`pupil ${named || ''}`, async (signal) => {
    const me = await api.get('/api/me', { signal });
    if (me.isPupil && (named === null || named === me.personId))
      return { pupilId: me.personId, forChild: null };
    const child = named || (me.children[0] ? me.children[0].personId : null);
    return child === null ? null : { pupilId: child, forChild: child };
  });
}
