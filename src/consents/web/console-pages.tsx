import type { ConsolePage } from '../../platform/web/console/pages.ts';

export const consentsConsolePages: readonly ConsolePage[] = [
  {
    path: 'classes/:classId/consents',
    title: 'consents.class.title',
    action: 'consents.readClass',
    load: () => import('./class-consents-page.tsx'),
  },
];
