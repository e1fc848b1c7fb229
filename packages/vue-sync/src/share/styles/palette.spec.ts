import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { COLORS, MEASURES } from './palette.ts'

it('the reference lists every variable with its default', () => {
  const page = readFileSync(
    new URL('../../../../../docs/guide/share-panel.md', import.meta.url),
    'utf8',
  )
  const listed = [...page.matchAll(/^\| `--vue-sync-([\w-]+)` \| (.*?) \|/gm)].map(
    ([, name, value]) => [name, value],
  )
  const all = { ...COLORS, ...MEASURES }
  expect(Object.fromEntries(listed)).toEqual(
    Object.fromEntries(
      Object.entries(all).map(([name, value]) => [
        name,
        [value]
          .flat()
          .map((text) => `\`${text}\``)
          .join(', '),
      ]),
    ),
  )
})
