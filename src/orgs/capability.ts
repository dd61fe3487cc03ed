import { operatorActor } from '../platform/actor.ts';
import type { Capability } from '../platform/capability.ts';
import { readArguments } from '../platform/command-line.ts';
import { AppError } from '../platform/errors.ts';
import { orgsActions } from './actions.ts';
import { orgsRoutes } from './routes.ts';
import { orgKinds } from './rules.ts';
import { createOrgByCode } from './service.ts';
import type { OrgKind } from './tables.ts';

const createUsage = 'org create --code CODE --kind KIND --name NAME [--parent CODE]';

export const orgs: Capability = {
  name: 'orgs',
  actions: orgsActions,
  routes: orgsRoutes,
  commands: [
    {
      name: 'org create',
      usage: createUsage,
      summary: {
        'zh-CN': `建一个单位。类别：${orgKinds.join('、')}。`,
        en: `Creates a unit. Kinds: ${orgKinds.join(', ')}.`,
      },
      async run(ctx, args) {
        const { options } = readArguments(args, {
          usage: createUsage,
          words: 0,
          options: { code: true, kind: true, name: true, parent: false },
        });
        const { code = '', kind, name = '', parent = null } = options;
        const org = await createOrgByCode(ctx, operatorActor(), {
          parentCode: parent,
          kind: requireKind(kind ?? ''),
          code,
          name,
        });
        return {
          exitCode: 0,
          counts: { read: 1, created: 1 },
          json: { id: org.id, code: org.code },
          text: `${org.code}  ${org.name}`,
        };
      },
    },
  ],
};

function requireKind(text: string): OrgKind {
  const kind = orgKinds.find((one) => one === text);
  if (kind === undefined) {
    throw new AppError(400, 'org_kind_unknown', `There is no kind "${text}" of unit.`, {
      params: { kind: text, kinds: orgKinds.join(', ') },
    });
  }
  return kind;
}
