import { defineConfig } from 'vitest/config';

// Browser tests have their own configuration: vitest.browser.config.ts.
export default defineConfig({
  test: {
    // Two cores: a third worker only makes the others slower.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,bin,tools,bench}/**/*.test.ts'],
          environment: 'node',
          pool: 'forks',
          globalSetup: ['src/platform/testing/cluster.ts'],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'web',
          include: ['src/**/*.test.tsx'],
          environment: 'jsdom',
          pool: 'forks',
        },
      },
    ],
  },
});
