import type { ConsolePage } from '../../platform/web/console/pages.ts';

export const peopleConsolePages: readonly ConsolePage[] = [
  {
    path: 'account',
    title: 'people.account.title',
    action: 'people.keepSecondStep',
    load: () => import('./account-page.tsx'),
  },
  {
    path: 'support',
    title: 'people.support.title',
    group: 'people',
    action: 'people.readSupport',
    atSchool: true,
    load: () => import('./support-page.tsx'),
  },
];
