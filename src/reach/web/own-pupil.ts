import type { Asked } from '../../platform/web/learner/ask.ts';
import { shownPupilId, useSelf, type Self } from '../../platform/web/learner/child-choice.tsx';

export interface ShownPupil {
  readonly pupilId: string;
  /** The child a guardian speaks for; null on a pupil's own page. */
  readonly forChild: string | null;
  readonly self: Self;
}

/** The pupil a page is about; null when there is none. */
export function useShownPupil(query: URLSearchParams): Asked<ShownPupil | null> {
  const asked = useSelf();
  return { ...asked, data: asked.data && pupilOf(asked.data, query.get('pupil')) };
}

function pupilOf(self: Self, named: string | null): ShownPupil | null {
  const pupilId = shownPupilId(self, named);
  if (pupilId === null) return null;
  return { pupilId, forChild: self.isPupil && pupilId === self.personId ? null : pupilId, self };
}
