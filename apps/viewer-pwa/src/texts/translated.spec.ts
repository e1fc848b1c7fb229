import { expect, it } from 'vitest'
import { createMarks, textsOf } from './all-texts.ts'
import { en } from './en/index.ts'

// translated.json has the English that the translations follow. If this fails, translate the texts that the difference
// names into each language. Then accept the difference with `pnpm test translated -u`.
it('English has not changed since it was translated', async () => {
  const formats = {
    ...createMarks('en'),
    plural: (_: number, forms: object) => JSON.stringify(forms).replaceAll('"', ''),
  }
  const texts = new Map<string, Set<string>>()
  for (const [path, text] of textsOf(en, formats)) {
    const key = path.replace(/\(.*?\)/, '')
    // Sample numbers would make a text for each.
    const shape = text.replaceAll(/⟦[^⟧]*⟧+|\b\d+\b(?=[,.]? |$)/g, '⟦⟧')
    texts.set(key, (texts.get(key) ?? new Set()).add(shape))
  }
  // The order in the source says nothing.
  const readable = [...texts].map(([key, shapes]) => [key, [...shapes].join(' / ')]).sort()
  await expect(`${JSON.stringify(Object.fromEntries(readable), null, 2)}\n`).toMatchFileSnapshot(
    'translated.json',
  )
})
