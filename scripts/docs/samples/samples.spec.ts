import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../../builds.ts'
import { checkSamples } from './check-samples.ts'
import type { Sample } from './collect.ts'
import { parseProblem } from './parse.ts'
import { typeCheck } from './type-check.ts'

const DIR = join(ROOT, `node_modules/.cache/docs-samples-${process.pid}`)

const sample = (language: string, code: string, target?: string): Sample => ({
  page: 'page.md',
  line: 10,
  language,
  target,
  unchecked: undefined,
  code,
})

it('every sample of the docs is right', () => {
  const { errors, summary } = checkSamples(ROOT, DIR)
  rmSync(DIR, { recursive: true, force: true })
  // oxlint-disable-next-line no-console -- figures that no test may assert
  console.log(summary)
  expect(errors).toEqual([])
  // A whole type check, beside other tests.
}, 300_000)

it('finds a wrong option, and names the page and the line', () => {
  const errors = typeCheck(
    [
      sample('ts', "export const name: string = 'a'\n", 'src/name.ts'),
      sample('ts', "import { name } from './name'\n\nname.toFixed()\n", 'src/main.ts'),
      sample('ts', "app.use(syncPlugin, { debounce: 'fast' })\n"),
    ],
    DIR,
  )
  rmSync(DIR, { recursive: true, force: true })
  expect(errors.map(({ at }) => at).toSorted()).toEqual(['page.md:11', 'page.md:13'])
}, 300_000)

it.each([
  ['json', '{"a": 1,}'],
  ['sh', 'npx @vue-sync/server --prot 80'],
  ['sh', 'pnpm benchmark'],
  ['sh', 'if true'],
  ['js', 'const a = ='],
  ['yaml', 'a: [1'],
  ['css', 'a { color: }}'],
])('finds a mistake in %s: %s', (language, code) => {
  expect(parseProblem(sample(language, `${code}\n`))).toBeDefined()
})

it.each([
  ['sh', 'npx @vue-sync/server --port 80 # --prot'],
  ['sh', 'pnpm relay --https'],
  ['json', '{"a": 1}'],
])('accepts %s: %s', (language, code) => {
  expect(parseProblem(sample(language, `${code}\n`))).toBeUndefined()
})
