import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'browser',
    include: ['e2e/**/*.spec.ts'],
    environment: 'node',
    globalSetup: ['src/platform/testing/cluster.ts'],
    pool: 'forks',
    // A server, a database and a browser a file, most of it waiting for a voice in real time: two at a time on two cores.
    maxWorkers: 2,
    maxConcurrency: 3,
    testTimeout: 240_000,
    // A voice played in real time on two busy cores may stall once; what is broken fails twice.
    retry: 1,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
