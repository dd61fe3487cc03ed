import { defineConfig } from 'vitest/config';

/** `npm run fuzz`: 100,000 bad inputs to every call of the API; `FUZZ_COUNT` and `FUZZ_SEED` repeat or shorten it. */
export default defineConfig({
  test: {
    name: 'fuzz',
    include: ['tools/fuzz/all.fuzz.ts'],
    environment: 'node',
    globalSetup: ['src/platform/testing/cluster.ts'],
    pool: 'forks',
    testTimeout: 7_200_000,
    hookTimeout: 120_000,
  },
});
