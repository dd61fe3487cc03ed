import { defineAction, everyRole, placeOfNothing } from '../people/access.ts';

/** See and use the one-click entries. Guarded by where the request comes from, not by who asks. */
export const enterDemo = defineAction({
  name: 'demo.enter',
  place: placeOfNothing,
  allow: { ...everyRole('any'), anonymous: 'any', operator: 'any' },
});

/** Fill or empty the demo county: the command line and the first start only. */
export const manageDemo = defineAction({
  name: 'demo.manage',
  place: placeOfNothing,
  allow: { operator: 'any' },
});

export const demoActions = [enterDemo, manageDemo];
