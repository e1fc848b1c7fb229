import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import process from 'node:process'
import { ROOT } from '../../builds.ts'
import { groupBy, type Sample } from './collect.ts'

const TYPED = /^(ts|vue)$/

export const isTyped = ({ language, unchecked }: Sample): boolean =>
  TYPED.test(language) && unchecked === undefined

/** A file of a sample, and where its first line is on the page. */
interface Placed {
  sample: Sample
  path: string
}

const CONFIG = {
  extends: '../../../tsconfig.base.json',
  compilerOptions: {
    types: ['node', 'vite/client'],
    lib: ['ESNext', 'DOM', 'DOM.Iterable'],
    // Readers need not have the rules of this repository, only `strict`.
    noUncheckedIndexedAccess: false,
    exactOptionalPropertyTypes: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    verbatimModuleSyntax: false,
    erasableSyntaxOnly: false,
    isolatedModules: false,
    allowJs: true,
    checkJs: false,
    paths: {
      '@vue-sync/vite': ['../../../packages/vite/src/index.ts'],
      '@vue-sync/nuxt': ['../../../packages/nuxt/src/module.ts'],
      'crossws/adapters/*': ['../../../server/node_modules/crossws/dist/adapters/*.d.mts'],
      msgpackr: ['../../../packages/vue-sync/node_modules/msgpackr'],
      'cbor-x': ['../../../packages/vue-sync/node_modules/cbor-x'],
      '@bufbuild/protobuf': ['../../../packages/vue-sync/node_modules/@bufbuild/protobuf'],
      '@vueuse/core': ['../../../packages/vue-sync/node_modules/@vueuse/core'],
      valibot: ['../../../packages/vue-sync/node_modules/valibot'],
    },
  },
  include: ['**/*.ts', '**/*.vue'],
}

/** Code without an import or export would be a script, whose names are global. */
const asModule = (code: string): string =>
  /^\s*(import|export)\b/m.test(code) ? code : `${code}export {}\n`

/**
 * Writes the samples of a page. Those with a file name are one project. When a name returns, the page goes on with a new
 * version of the file, and the later versions form the next project. Every other sample is a file of its own, beside the
 * project as it is then.
 */
function place(dir: string, samples: readonly Sample[]): Placed[] {
  const placed: Placed[] = []
  let project = new Map<string, Sample>()
  let version = 0
  const flush = (): void => {
    for (const [path, sample] of project)
      placed.push({ sample, path: join(dir, `project-${version}`, path) })
  }
  for (const [index, sample] of samples.entries()) {
    const { target, language } = sample
    if (target === undefined || !/\.\w+$/.test(target))
      placed.push({
        sample,
        path: join(dir, `project-${version}`, 'src', `sample-${index}.${language}`),
      })
    else {
      if (project.has(target)) {
        flush()
        version += 1
        project = new Map(project)
      }
      project.set(target, sample)
    }
  }
  flush()
  return placed
}

export interface SampleError {
  /** `docs/guide/values.md:17`. */
  at: string
  text: string
}

/** Checks the types of all samples with one program. */
export function typeCheck(samples: readonly Sample[], dir: string): SampleError[] {
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  const pages = groupBy(samples, ({ page }) => page)
  const placed = [...pages].flatMap(([page, own]) =>
    place(join(dir, page.replaceAll(/[^\w]+/g, '-')), own),
  )
  for (const { sample, path } of placed) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, sample.language === 'ts' ? asModule(sample.code) : sample.code)
  }
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify(CONFIG))
  for (const name of ['surroundings.d.ts', 'ambient-files.d.ts'])
    copyFileSync(join(import.meta.dirname, name), join(dir, name))
  const command = createRequire(import.meta.url).resolve('vue-tsc/bin/vue-tsc.js')
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [command, '-p', join(dir, 'tsconfig.json'), '--noEmit', '--pretty', 'false'],
    { cwd: dir, encoding: 'utf8' },
  )
  const byPath = new Map(placed.map(({ path, sample }) => [relative(dir, path), sample]))
  const errors = stdout.split('\n').flatMap((line): SampleError[] => {
    const [, file, row, text] = /^(.+?)\((\d+),\d+\): error (.*)$/.exec(line) ?? []
    if (file === undefined) return line.startsWith('error') ? [{ at: 'tsconfig', text: line }] : []
    const sample = byPath.get(file)
    // An error outside of the samples, such as in a source file, is found by the type check of that package.
    if (!sample) return file.startsWith('..') ? [] : [{ at: file, text: text! }]
    return [{ at: `${sample.page}:${sample.line + Number(row)}`, text: text! }]
  })
  if (stderr) errors.push({ at: 'vue-tsc', text: stderr })
  // A version of a file that stays in later projects has its errors there too.
  return [...new Map(errors.map((error) => [`${error.at} ${error.text}`, error])).values()]
}

export const SAMPLES_DIR: string = join(ROOT, 'node_modules/.cache/docs-samples')
