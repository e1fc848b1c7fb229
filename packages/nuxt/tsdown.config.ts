import { defineConfig } from 'tsdown'

export default defineConfig([
  {
    entry: { module: 'src/module.ts' },
    platform: 'node',
    target: 'node20',
    dts: true,
    fixedExtension: false,
  },
  {
    // Part of the app: Nuxt bundles these files, and resolves their imports in the app.
    entry: ['host', 'viewer', 'server/plugin', 'server/handler'].map(
      (name) => `src/runtime/${name}.ts`,
    ),
    outDir: 'dist/runtime',
    unbundle: true,
    platform: 'neutral',
    target: 'es2022',
    dts: false,
    clean: false,
    fixedExtension: false,
    deps: { neverBundle: ['vue', '#imports', /^@vue-sync\//] },
  },
])
