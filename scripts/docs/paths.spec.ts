import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../builds.ts'

const PAGES = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter((page) => page !== '' && existsSync(join(ROOT, page)))

/** Links to other files, and paths of this repository in backticks. Patterns such as `e2e/**` are skipped. */
function pathsIn(page: string): string[] {
  const text = readFileSync(join(ROOT, page), 'utf8')
  const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, path]) =>
    join(dirname(page), path!),
  )
  const mentions = [
    ...text.matchAll(/`((?:packages|server|apps|e2e|scripts|docs|bench)\/[\w./-]+)`/g),
  ].map(([, path]) => path!)
  return [...links, ...mentions]
}

// Files moved and the pages kept their old paths.
it.each(PAGES)('%s names only files that exist', (page) => {
  expect(pathsIn(page).filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})
