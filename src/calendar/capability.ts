import type { Capability } from '../platform/capability.ts';
import { calendarActions } from './actions.ts';
import { calendarCommands } from './commands.ts';
import { loadNationalHolidays, ensureSchoolDays } from './service.ts';
import { calendarRoutes } from './routes.ts';

export const calendar: Capability = {
  name: 'calendar',
  actions: calendarActions,
  routes: calendarRoutes,
  commands: calendarCommands,
  async jobs({ db, jobs, log }) {
    // Before the schools' day begins: new terms, late notices and new schools have their days by then.
    await jobs.define<{ orgId?: string }>(
      'calendar.ensureSchoolDays',
      { cron: '30 3 * * *' },
      async ({ orgId = null }) => {
        const national = await db.transaction().execute(loadNationalHolidays);
        const made = await ensureSchoolDays(db, { orgId });
        log.info({ national, ...made }, 'calendar.days');
      },
    );
  },
};
