import type { ConsolePage } from '../../platform/web/console/pages.ts';

export const reachConsolePages: readonly ConsolePage[] = [
  {
    path: 'board',
    title: 'reach.page.board',
    group: 'today',
    action: 'reach.readSchoolBoard',
    load: () => import('./school-board-page.tsx'),
  },
  {
    path: 'board/:day/:lessonId/:classId',
    title: 'reach.page.classBoard',
    action: 'reach.readClassBoard',
    load: () => import('./class-board-page.tsx'),
  },
  {
    path: 'follow-ups',
    title: 'reach.page.followUps',
    group: 'today',
    action: 'reach.readOwnFollowUps',
    load: () => import('./follow-ups-page.tsx'),
  },
  {
    path: 'follow-ups/:followUpId',
    title: 'reach.page.followUp',
    action: 'reach.handleFollowUp',
    load: () => import('./follow-up-page.tsx'),
  },
  {
    path: 'reach',
    title: 'reach.page.unit',
    group: 'today',
    action: 'reach.readUnitBoard',
    load: () => import('./unit-board-page.tsx'),
  },
  {
    path: 'reach/:orgId',
    title: 'reach.page.unit',
    action: 'reach.readUnitBoard',
    load: () => import('./unit-board-page.tsx'),
  },
  {
    path: 'school-follow-ups',
    title: 'reach.page.schoolFollowUps',
    group: 'duties',
    action: 'reach.readSchoolFollowUps',
    load: () => import('./school-follow-ups-page.tsx'),
  },
  {
    path: 'attendance-rules',
    title: 'reach.page.rules',
    group: 'duties',
    action: 'reach.readRules',
    load: () => import('./rules-page.tsx'),
  },
];
