import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { selectRequirements } from './core/select-requirements.ts'
import { VIEWER_REQUIREMENTS } from './viewers/viewer-requirements.ts'

// The guide named a requirement that does not exist, so its command ended with an error.
it('every requirement that the guide passes to --only exists', () => {
  const guide = readFileSync(new URL('../../../docs/guide/conformance.md', import.meta.url), 'utf8')
  const lists = Array.from(guide.matchAll(/--viewer .* --only (\S+)/g), ([, list]) => list!)
  expect(lists).not.toEqual([])
  for (const list of lists)
    expect(selectRequirements(VIEWER_REQUIREMENTS, list.split(','))).not.toEqual([])
})
