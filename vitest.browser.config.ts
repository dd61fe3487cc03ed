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
    // A voice played in real time on two busy cores may stall once; what is broken fails twice.
    retry: 1,
    hookTimeout: 120_000,
  },
});
