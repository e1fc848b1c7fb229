import { fileURLToPath } from 'node:url'
import { isBuiltin } from 'node:module'
import { expect, it } from 'vitest'
import { build, type Rolldown } from 'vite'

/** What a bundle of one entry asks for at run time, and the names in it that only Node gives. */
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
        // Anything of Node stays an import, to be seen.
        external: (id) => isBuiltin(id),
        output: { codeSplitting: false },
      },
    },
  })) as Rolldown.RolldownOutput
  const [chunk] = output
  return { imports: [...chunk.imports, ...chunk.dynamicImports], code: chunk.code }
}

it('the relay alone needs nothing at all: no Node, no server, no package', async () => {
  const { imports, code } = await needsOf('relay.ts')
  expect(code).toContain('createRelay')
  expect(imports).toEqual([])
  expect(code).not.toMatch(/\b(process|Buffer|require)\b\s*[.(]/)
})

it('the test would see what it forbids: the Node server needs Node', async () => {
  const { imports } = await needsOf('http/listener.ts')
  expect(imports).toContain('node:http')
})
