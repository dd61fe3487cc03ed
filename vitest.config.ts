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
          // These only catch a hang; a machine busy with other work is no fault of the product.
          testTimeout: 60_000,
          hookTimeout: 120_000,
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
