import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const local = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// vitest 5 ignores a bare workspace file: vitest.config.ts re-exports this one.
export default defineConfig({
  ssr: {
    resolve: { conditions: ['@vue-sync/source', 'module', 'node', 'development|production'] },
  },
  test: {
    // What is polled for comes at once; a loaded machine may take its time.
    expect: { poll: { timeout: 15_000 } },
    setupFiles: [local('vitest.setup.ts')],
    // vitest leaves one core to itself: on a machine of two, one file would run at a time.
    maxWorkers: 2,
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
          // These touch no process state, so that files may share a thread and what it has imported.
          pool: 'threads',
          isolate: false,
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
          globalSetup: [local('e2e/support/global-setup.ts')],
          testTimeout: 90_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
