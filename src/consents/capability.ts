import type { Capability } from '../platform/capability.ts';
import { consentsActions } from './actions.ts';
import { consentsRoutes } from './routes.ts';

export const consents: Capability = { name: 'consents', actions: consentsActions, routes: consentsRoutes };
