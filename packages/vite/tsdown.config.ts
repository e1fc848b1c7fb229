import { defineConfig } from 'tsdown'

export default defineConfig([
  {
    entry: { index: 'src/index.ts' },
    platform: 'node',
    target: 'node20',
    dts: true,
    fixedExtension: false,
  },
  {
    // Runs in the app's page. Vite loads it by its text, so it is one file, and its imports are the app's own packages.
    entry: { 'dev-client': 'src/client/dev-client.ts' },
    platform: 'browser',
    target: 'es2022',
    dts: false,
    clean: false,
    fixedExtension: false,
    deps: { neverBundle: ['vue', /^@vue-sync\/vue/], alwaysBundle: [/^@vue\/devtools/] },
  },
])
