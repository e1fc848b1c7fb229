import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const local = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// Vitest 5 does not read a workspace file, so vitest.config.ts re-exports this one.
// Relays keep generated keys and the CA there, and not in the home folder of the person who runs the tests.
const dataFolder = join(tmpdir(), `vue-sync-tests-${process.pid}`)
process.once('exit', () => rmSync(dataFolder, { recursive: true, force: true }))

export default defineConfig({
  ssr: {
    resolve: { conditions: ['@vue-sync/source', 'module', 'node', 'development|production'] },
  },
  test: {
    // Polled conditions are usually met at once. The long timeout is for loaded machines.
    expect: { poll: { timeout: 15_000 } },
    setupFiles: [local('vitest.setup.ts')],
    env: { XDG_DATA_HOME: dataFolder },
    // By default Vitest reserves one core, so a machine with two cores would run one file at a time.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        plugins: [vue()],
        test: {
          name: 'unit',
          include: [
            'packages/*/{src,test}/**/*.spec.ts',
            'apps/*/src/**/*.spec.ts',
            'examples/*/src/**/*.spec.ts',
            'scripts/**/*.spec.ts',
          ],
          // Some of these tests run thousands of cases, which takes long on a loaded machine.
          testTimeout: 90_000,
          // These tests change no process state, so files can share a thread and its imported modules.
          pool: 'threads',
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'server',
          include: ['server/{src,test}/**/*.spec.ts'],
          globalSetup: [local('server/test/built-command.ts')],
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.spec.ts'],
          exclude: ['e2e/nuxt/**', 'e2e/release/**', 'e2e/slidev/**'],
          globalSetup: [local('e2e/support/global-setup.ts')],
          testTimeout: 90_000,
          hookTimeout: 180_000,
        },
      },
      // Needs built slides, which `pnpm test:matrix` makes.
      ...(process.env['VUE_SYNC_SLIDES'] === undefined
        ? []
        : [
            {
              extends: true as const,
              test: { name: 'slidev', include: ['e2e/slidev/**/*.spec.ts'], testTimeout: 90_000 },
            },
          ]),
      // Needs packed packages, which `pnpm release` makes.
      ...(process.env['VUE_SYNC_RELEASE'] === undefined
        ? []
        : [
            {
              extends: true as const,
              test: {
                name: 'release',
                include: ['e2e/release/**/*.spec.ts'],
                testTimeout: 300_000,
              },
            },
          ]),
      // Needs a built Nuxt app, which `pnpm test:matrix` makes.
      ...(process.env['VUE_SYNC_NUXT_APP'] === undefined
        ? []
        : [
            {
              extends: true as const,
              test: { name: 'nuxt', include: ['e2e/nuxt/**/*.spec.ts'], testTimeout: 30_000 },
            },
          ]),
    ],
  },
})
