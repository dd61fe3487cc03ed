import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'browser',
    include: ['e2e/**/*.spec.ts'],
    environment: 'node',
    globalSetup: ['src/platform/testing/cluster.ts'],
    pool: 'forks',
    // A server, a database and a browser a file: one file at a time on two cores.
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 120_000,
  },
});
