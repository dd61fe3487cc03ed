import { defineConfig } from 'vitest/config';

/** `npm run mutants`: the access rules made wrong in every small way, and whether the matrix notices. */
export default defineConfig({
  test: {
    name: 'mutants',
    include: ['tools/mutants/all.mutants.ts'],
    environment: 'node',
    globalSetup: ['src/platform/testing/cluster.ts'],
    pool: 'forks',
    testTimeout: 3_600_000,
    hookTimeout: 120_000,
  },
});
