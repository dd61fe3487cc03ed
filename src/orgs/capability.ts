import { operatorActor } from '../platform/actor.ts';
import type { Capability } from '../platform/capability.ts';
import { AppError } from '../platform/errors.ts';
import { orgsActions } from './actions.ts';
import { orgsRoutes } from './routes.ts';
import { createOrgByCode } from './service.ts';
import type { OrgKind } from './tables.ts';

export const orgs: Capability = {
  name: 'orgs',
  actions: orgsActions,
  routes: orgsRoutes,
  commands: [
    {
      name: 'org create',
      usage: 'org create --code CODE --kind KIND --name NAME [--parent CODE]',
      summary: {
        'zh-CN': '建一个单位（省、市、县、学校……）',
        en: 'Create a unit (province, city, county, school …)',
      },
      async run(ctx, args) {
        const option = (name: string) => args[args.indexOf(`--${name}`) + 1] ?? '';
        const has = (name: string) => args.includes(`--${name}`);
        try {
          const org = await createOrgByCode(ctx, operatorActor(), {
            parentCode: has('parent') ? option('parent') : null,
            kind: option('kind') as OrgKind,
            code: has('code') ? option('code') : '',
            name: has('name') ? option('name') : '',
          });
          return {
            exitCode: 0,
            json: { created: 1, id: org.id, code: org.code },
            text: `${org.code}  ${org.name}`,
          };
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          return { exitCode: 1, json: { error: error.code, message: error.message }, text: error.message };
        }
      },
    },
  ],
};
