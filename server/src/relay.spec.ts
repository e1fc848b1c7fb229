import { fileURLToPath } from 'node:url'
import { isBuiltin } from 'node:module'
import { expect, it } from 'vitest'
import { build, type Rolldown } from 'vite'

/** The imports that remain in a bundle of one entry, and its code. */
async function needsOf(entry: string): Promise<{ imports: string[]; code: string }> {
  const { output } = (await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@vue-sync/source', 'module'], mainFields: ['module', 'main'] },
    build: {
      write: false,
      minify: false,
      target: 'esnext',
      rolldownOptions: {
        input: fileURLToPath(new URL(entry, import.meta.url)),
        platform: 'neutral',
        preserveEntrySignatures: 'strict',
        // Node modules stay imports, so that the test sees them.
        external: (id) => isBuiltin(id),
        output: { codeSplitting: false },
      },
    },
  })) as Rolldown.RolldownOutput
  const [chunk] = output
  return { imports: [...chunk.imports, ...chunk.dynamicImports], code: chunk.code }
}

it('the relay entry imports nothing: no Node module, no server, no package', async () => {
  const { imports, code } = await needsOf('relay.ts')
  expect(code).toContain('createRelay')
  expect(imports).toEqual([])
  expect(code).not.toMatch(/\b(process|Buffer|require)\b\s*[.(]/)
})

it('this test detects a Node import: the Node server has one', async () => {
  const { imports } = await needsOf('http/listener.ts')
  expect(imports).toContain('node:http')
})
