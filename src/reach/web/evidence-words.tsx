import { t } from '../../platform/web/t.ts';
import type { Evidence } from '../rules/attendance.ts';
import { evidenceText } from './evidence-text.ts';

/** Why a state is what it is, in one line. */
export function EvidenceWords({ evidence, timeZone }: { evidence: Evidence | null; timeZone: string }) {
  return <>{evidenceText(evidence, timeZone).join(t('reach.and'))}</>;
}
