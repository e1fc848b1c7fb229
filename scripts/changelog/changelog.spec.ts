import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../builds.ts'
import { mergeChangelogs, releaseNotes } from './changelog.ts'
import { readChangelogs } from './read.ts'

const VUE = `# vue

## 1.0.0

### Major Changes

- 0f1e2d3: \`a\` is now \`b\`.

### Minor Changes

- New: c.

  - with a detail

## 0.1.0

First release.

- All of it.
`
const SERVER = `# server

## 1.0.0

### Minor Changes

- New: c.

  - with a detail

### Patch Changes

- Updated dependencies
  - vue@1.0.0

## 0.1.0

First release.

- The relay.
`
const CHANGELOGS = [
  { name: 'vue', text: VUE },
  { name: 'server', text: SERVER },
]

describe('the changelog of all packages', () => {
  it('names a change of several packages once, and breaking changes first', () => {
    expect(releaseNotes('1.0.0', CHANGELOGS)).toBe(
      [
        '### vue\n\n- **Breaking:** `a` is now `b`.\n',
        '### vue, server\n\n- New: c.\n\n  - with a detail\n',
      ].join('\n'),
    )
  })

  it('keeps a text before the list', () => {
    expect(releaseNotes('0.1.0', CHANGELOGS)).toBe(
      [
        '### vue, server\n\nFirst release.\n',
        '### vue\n\n- All of it.\n',
        '### server\n\n- The relay.\n',
      ].join('\n'),
    )
  })

  it('has the versions of all packages, latest first', () => {
    const versions = mergeChangelogs(CHANGELOGS)
      .split('\n')
      .filter((line) => line.startsWith('## '))
    expect(versions).toEqual(['## 1.0.0', '## 0.1.0'])
  })

  it('has no notes for a version that nobody described', () => {
    expect(() => releaseNotes('2.0.0', CHANGELOGS)).toThrow(
      'No CHANGELOG.md has an entry for 2.0.0.',
    )
  })

  it('is what `pnpm version-packages` writes', () => {
    const written = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8')
    expect(written, 'Run node scripts/changelog/write.ts').toBe(mergeChangelogs(readChangelogs()))
  })
})
