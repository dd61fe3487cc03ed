import { Steps } from 'antd';
import { t } from '../../platform/web/t.ts';

/** Where the import stands: choose, check, confirm, result. */
export function ImportSteps({ current }: { current: 0 | 1 | 2 | 3 }) {
  const titles = [
    t('rosters.step.choose'),
    t('rosters.step.check'),
    t('rosters.step.confirm'),
    t('rosters.step.result'),
  ];
  return (
    <nav className="roster-steps" aria-label={t('rosters.steps')}>
      <Steps size="small" current={current} responsive={false} items={titles.map((title) => ({ title }))} />
    </nav>
  );
}
