import { globSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../builds.ts'

const IMAGES = join(ROOT, 'docs/images')
const DOCS = [
  'README.md',
  'CONTRIBUTING.md',
  ...globSync('**/*.md', { cwd: join(ROOT, 'docs'), exclude: ['**/node_modules/**'] }).map(
    (name) => `docs/${name}`,
  ),
]

const named = DOCS.flatMap((doc) => {
  const text = readFileSync(join(ROOT, doc), 'utf8')
  return [...text.matchAll(/(?:src="|!\[[^\]]*\]\()([^")]+\.(?:png|svg|jpg))/g)].map(([, path]) =>
    relative(ROOT, join(ROOT, dirname(doc), path!)),
  )
})
const files = readdirSync(IMAGES).map((name) => relative(ROOT, join(IMAGES, name)))

describe('the pictures in the docs', () => {
  it('are all used, and all exist', () => {
    expect([...new Set(named)].sort()).toEqual(files.sort())
  })

  it('are all taken by `pnpm screenshots:readme`', () => {
    const script = readFileSync(join(ROOT, 'scripts/dev/screenshots/readme-pictures.ts'), 'utf8')
    const taken = [...script.matchAll(/take\(\w+, '([\w-]+)'\)/g)].map(([, name]) => name)
    expect(taken.map((name) => `docs/images/${name}.png`).sort()).toEqual(files)
  })

  it.each(files)('%s loads fast', (file) => {
    expect(statSync(join(ROOT, file)).size).toBeLessThan(150_000)
  })
})
