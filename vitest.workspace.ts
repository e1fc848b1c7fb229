import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// vitest 5 ignores a bare workspace file: vitest.config.ts re-exports this one.
export default defineConfig({
  ssr: {
    resolve: { conditions: ['@vue-sync/source', 'module', 'node', 'development|production'] },
  },
  test: {
    // What is polled for comes at once; a loaded machine may take its time.
    expect: { poll: { timeout: 15_000 } },
    setupFiles: [fileURLToPath(new URL('vitest.setup.ts', import.meta.url))],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'packages/*/{src,test}/**/*.spec.ts',
            'apps/*/src/**/*.spec.ts',
            'scripts/**/*.spec.ts',
          ],
          // A loaded machine may take its time for what is thousands of cases.
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: { name: 'server', include: ['server/{src,test}/**/*.spec.ts'], testTimeout: 20_000 },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.spec.ts'],
          testTimeout: 90_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
