import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'cli/cli': 'src/cli/cli.ts',
    relay: 'src/relay.ts',
    bun: 'src/runtimes/bun.ts',
    deno: 'src/runtimes/deno.ts',
    conformance: 'src/conformance/index.ts',
  },
  platform: 'node',
  target: 'node20',
  dts: true,
  fixedExtension: false,
})
