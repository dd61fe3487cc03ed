import type { ConsolePage } from '../../platform/web/console/pages.ts';

export const rostersConsolePages: readonly ConsolePage[] = [
  {
    path: 'rosters',
    title: 'rosters.page.title',
    group: 'people',
    action: 'rosters.check',
    load: () => import('./choose-page.tsx'),
  },
  {
    path: 'units/import',
    title: 'rosters.schools.title',
    action: 'rosters.importUnits',
    load: () => import('./schools-page.tsx'),
  },
  {
    path: 'rosters/sync',
    title: 'rosters.sync.title',
    action: 'rosters.sync',
    load: () => import('./sync-page.tsx'),
  },
  {
    path: 'rosters/:draftId',
    title: 'rosters.page.import',
    action: 'rosters.confirm',
    load: () => import('./draft-page.tsx'),
  },
];
