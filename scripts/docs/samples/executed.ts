import type { Sample } from './collect.ts'

/** The tests that run samples as a reader would, and the samples that each of them runs. */
const RUNNERS: { test: string; runs: (sample: Sample) => boolean }[] = [
  {
    test: 'e2e/commands/readme.spec.ts',
    runs: ({ page, target }) => page === 'README.md' && target !== undefined,
  },
  {
    test: 'server/test/shell-docs.spec.ts',
    runs: ({ page, target }) =>
      (page === 'docs/guide/shells/electron.md' && target === 'main.js') ||
      (page === 'docs/guide/shells/tauri.md' && target === 'sidecar/relay.js'),
  },
  {
    test: 'scripts/test/nuxt.ts',
    runs: ({ page, target }) => page === 'docs/reference/server.md' && target !== undefined,
  },
  {
    test: 'e2e/nodes/caches.spec.ts',
    runs: ({ page, target }) => page === 'docs/scaling.md' && target !== undefined,
  },
  {
    test: 'e2e/docs/tutorial.spec.ts',
    runs: ({ page, target }) => page === 'docs/tutorial/index.md' && target !== undefined,
  },
  {
    test: 'e2e/docs/curl.spec.ts',
    runs: ({ page, target }) => page === 'docs/recipes/curl.md' && target !== undefined,
  },
  {
    test: 'e2e/docs/large-audiences.spec.ts',
    runs: ({ page, target }) => page === 'docs/guide/large-audiences.md' && target !== undefined,
  },
  {
    test: 'e2e/docs/testing-guide.spec.ts',
    runs: ({ page, target }) => page === 'docs/guide/testing.md' && target !== undefined,
  },
]

/** The test that runs a sample; `undefined` if none does. */
export const runnerOf = (sample: Sample): string | undefined =>
  RUNNERS.find(({ runs }) => runs(sample))?.test
