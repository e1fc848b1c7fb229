import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { expect, it } from 'vitest'
import manifest from '../../../packages/vue-sync/package.json' with { type: 'json' }
import { ERRORS, pageOf, WARNINGS } from '../../../packages/vue-sync/src/diagnostic-texts.ts'
import { ROOT } from '../../builds.ts'
import { errorPages, pagesWithoutCode } from '../error-pages.ts'
import { referencePages } from './reference-pages.ts'

/** Pages whose generated part is not what `pnpm docs:reference` writes. */
const stale = (pages: { file: string; text: string }[]): string[] =>
  pages.flatMap(({ file, text }) =>
    readFileSync(file, 'utf8') === text ? [] : [relative(ROOT, file)],
  )

it('the reference says what types and docstrings say (otherwise run `pnpm docs:reference`)', () => {
  expect(stale(referencePages())).toEqual([])
})

it('the pages of the codes say what the console says (otherwise run `pnpm docs:reference`)', () => {
  expect(stale(errorPages())).toEqual([])
})

it('each page of a code belongs to a code, and has an example', () => {
  expect(pagesWithoutCode()).toEqual([])
  const withoutExample = errorPages().filter(
    ({ file, text }) => /VS\d+\.md$/.test(file) && !/\n## Example\n[\s\S]*```/.test(text),
  )
  expect(withoutExample.map(({ file }) => relative(ROOT, file))).toEqual([])
})

it('messages lead to the GitHub Pages of the repository', () => {
  const [, owner, name] = /github\.com\/([^/]+)\/([^/.]+)/.exec(manifest.repository.url)!
  for (const code of Object.keys({ ...ERRORS, ...WARNINGS }) as (keyof typeof ERRORS)[])
    expect(pageOf(code)).toBe(`https://${owner}.github.io/${name}/errors/${code}`)
})
