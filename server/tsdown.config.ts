import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    cli: 'src/cli.ts',
    relay: 'src/relay-index.ts',
    bun: 'src/bun.ts',
    deno: 'src/deno.ts',
  },
  platform: 'node',
  target: 'node20',
  dts: true,
  fixedExtension: false,
})
