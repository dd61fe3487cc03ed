import type { ConsolePage } from '../../platform/web/console/pages.ts';

export const orgsConsolePages: readonly ConsolePage[] = [
  {
    path: 'units',
    title: 'orgs.units.title',
    group: 'people',
    action: 'orgs.read',
    load: () => import('./units-page.tsx'),
  },
  {
    path: 'officers',
    title: 'orgs.officers.title',
    group: 'people',
    action: 'orgs.readOfficers',
    load: () => import('./officers-page.tsx'),
  },
];
