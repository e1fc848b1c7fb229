import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import ts from 'typescript'
import { ROOT } from '../../scripts/builds.ts'

// The published types must not need Pinia's, also if the app checks the types of its packages.
const dir = mkdtempSync(join(tmpdir(), 'vue-sync-without-pinia-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const APP = `
import { createApp, reactive, ref } from 'vue'
import { createSyncClient } from '@vue-sync/vue/client'
import { syncPlugin, useSyncHost, useSyncSource } from '@vue-sync/vue/host'
import { syncViewer, useSyncedState } from '@vue-sync/vue/viewer'

createApp({}).use(syncPlugin, { url: 'a', stores: { board: { omit: ['draft'] } } }).use(syncViewer, { url: 'b' })
useSyncSource('score', ref(0))
useSyncSource('board', reactive({ title: '' }), { pick: ['title'] })
// @ts-expect-error -- no such field
useSyncSource('board', reactive({ title: '' }), { pick: ['titel'] })
export const title = useSyncedState<{ title: string }>('board').value?.title satisfies string | undefined
export const { viewerUrl } = useSyncHost()
export const client = createSyncClient({ url: 'c' })
`

it('an app without Pinia passes a strict type check with the published types', () => {
  const library = join(ROOT, 'packages/vue-sync')
  const target = join(dir, 'node_modules/@vue-sync/vue')
  mkdirSync(target, { recursive: true })
  cpSync(join(library, 'dist'), join(target, 'dist'), { recursive: true })
  const manifest = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8'))
  const published = { ...manifest, exports: manifest.publishConfig.exports }
  writeFileSync(join(target, 'package.json'), JSON.stringify(published))
  symlinkSync(realpathSync(join(ROOT, 'node_modules/vue')), join(dir, 'node_modules/vue'))
  writeFileSync(join(dir, 'app.ts'), APP)
  const program = ts.createProgram([join(dir, 'app.ts')], {
    strict: true,
    skipLibCheck: false,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    types: [],
  })
  const found = ts.getPreEmitDiagnostics(program)
  expect(
    found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  ).toEqual([])
})
