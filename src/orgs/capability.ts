import { operatorActor } from '../platform/actor.ts';
import type { Capability } from '../platform/capability.ts';
import { readArguments } from '../platform/command-line.ts';
import { AppError } from '../platform/errors.ts';
import { orgsActions } from './actions.ts';
import { orgsJobs } from './jobs.ts';
import { orgsRoutes } from './routes.ts';
import { orgKinds } from './rules.ts';
import { moveUnitByCode } from './service-moves.ts';
import { createOrgByCode } from './service.ts';
import { createDivisionByCode } from './service-units.ts';
import type { OrgKind } from './tables.ts';

const divisionUsage = 'org division CODE [--below CODE] [--all]';
const moveUsage = 'org move CODE --to CODE --from DAY --reason TEXT [--document TEXT] [--merge]';
const createUsage = 'org create --code CODE --kind KIND --name NAME [--parent CODE]';

export const orgs: Capability = {
  name: 'orgs',
  actions: orgsActions,
  routes: orgsRoutes,
  jobs: orgsJobs,
  commands: [
    {
      name: 'org division',
      usage: divisionUsage,
      summary: {
        'zh-CN': '按行政区划代码建省、市、县（区）及其上级；--all 连同其下全部区划。再运行一次不会重复。',
        en: 'Creates a province, city or county by its division code, with those above; --all with all below. Repeatable.',
      },
      async run(ctx, args) {
        const { words, options, flags } = readArguments(args, {
          usage: divisionUsage,
          words: 1,
          options: { below: false },
          flags: ['all'],
        });
        const [code = ''] = words;
        const { unit, created } = await createDivisionByCode(ctx, operatorActor(), {
          code,
          belowCode: options.below ?? null,
          withBelow: flags.has('all'),
        });
        return {
          exitCode: 0,
          counts: { created },
          json: { id: unit.id, code: unit.code, created },
          text: `${unit.code}  ${unit.name}  +${created}`,
        };
      },
    },
    {
      name: 'org move',
      usage: moveUsage,
      summary: {
        'zh-CN': '从某日起把单位放到另一单位下面；--merge 并入同类单位。此前日期的数字仍按当时的隶属。',
        en: 'Puts a unit below another from a day on; --merge makes it part of a unit of its kind. Days before keep their tree.',
      },
      async run(ctx, args) {
        const { words, options, flags } = readArguments(args, {
          usage: moveUsage,
          words: 1,
          options: { to: true, from: true, reason: true, document: false },
          flags: ['merge'],
        });
        const line = await moveUnitByCode(ctx, operatorActor(), {
          code: words[0] ?? '',
          toCode: options.to ?? '',
          fromDay: options.from ?? '',
          isMerge: flags.has('merge'),
          reason: options.reason ?? '',
          document: options.document ?? '',
        });
        return {
          exitCode: 0,
          counts: { read: 1, changed: 1 },
          json: { fromDay: line.fromDay, fromName: line.fromName, toName: line.toName },
          text: `${line.fromDay}  ${line.fromName ?? '-'} → ${line.toName ?? '-'}`,
        };
      },
    },
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
