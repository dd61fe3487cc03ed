import { api } from '../../platform/web/api.ts';
import type { ConsolePage, TodayPart } from '../../platform/web/console/pages.ts';

export const reachConsolePages: readonly ConsolePage[] = [
  {
    path: 'board',
    title: 'reach.page.board',
    group: 'today',
    action: 'reach.readSchoolBoard',
    isLanding: true,
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
    countTrouble: async () => (await api.get('/api/my-follow-ups')).open.length,
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
    isLanding: true,
    countTrouble: async (orgId) =>
      (await api.get('/api/orgs/{orgId}/reach', { path: { orgId } })).totals.unreached,
    load: () => import('./unit-board-page.tsx'),
  },
  {
    path: 'reach/:orgId',
    title: 'reach.page.unit',
    action: 'reach.readUnitBoard',
    load: () => import('./unit-board-page.tsx'),
  },
  {
    path: 'daily-figure',
    title: 'reach.page.unitFigure',
    group: 'today',
    action: 'reach.issueFigure',
    load: () => import('./unit-figure-page.tsx'),
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

export const reachTodayParts: readonly TodayPart[] = [
  { action: 'reach.readOwnFollowUps', load: () => import('./today-follow-ups.tsx') },
];
