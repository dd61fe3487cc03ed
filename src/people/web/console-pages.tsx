import type { ConsolePage } from '../../platform/web/console/pages.ts';

export const peopleConsolePages: readonly ConsolePage[] = [
  {
    path: 'account',
    title: 'people.account.title',
    action: 'people.keepSecondStep',
    load: () => import('./account-page.tsx'),
  },
];
