import { t } from '../../../platform/web/t.ts';
import type { PageLoader } from '../shared/page-loader.ts';

/** What stands where a page's picture will be; null when it is there. */
export function pageWait(pageN: number, loader: PageLoader, hasPages: boolean): string | null {
  if (pageN === 0) return hasPages ? null : t('rooms.pupil.page.none');
  const page = loader.page(pageN);
  if (page && page.url !== null) return null;
  const etaMs = loader.etaMs();
  return etaMs === null
    ? t('rooms.pupil.page.getting', { page: pageN })
    : t('rooms.pupil.page.gettingEta', { page: pageN, count: Math.max(1, Math.ceil(etaMs / 1000)) });
}
