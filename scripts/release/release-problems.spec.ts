import { describe, expect, it } from 'vitest'
import { distTag, releaseProblems, type ReleaseState } from './release-problems.ts'

const READY: ReleaseState = {
  changes: '',
  pending: [],
  packages: [{ name: 'a', version: '0.2.0', changelog: '# a\n\n## 0.2.0\n\nNew.\n' }],
  env: { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://ci.example' },
}

describe('before a release', () => {
  it('finds nothing to object to when all is committed, versioned and described', () => {
    expect(releaseProblems(READY)).toEqual([])
    expect(releaseProblems({ ...READY, env: { SIGSTORE_ID_TOKEN: 'token' } })).toEqual([])
  })

  it.each<[string, Partial<ReleaseState>, RegExp]>([
    [
      'files that are not committed',
      { changes: ' M README.md\n' },
      /^Some files are not committed/,
    ],
    [
      'changes without a version',
      { pending: ['new-names.md'] },
      /\(new-names\.md\)\. Run pnpm ver/,
    ],
    [
      'a CHANGELOG without the version',
      { packages: [{ name: 'a', version: '0.2', changelog: '## 0.2.0\n' }] },
      /^The CHANGELOG of a has no entry for 0\.2\./,
    ],
    ['a computer that cannot prove the origin', { env: {} }, /^Provenance needs a CI job/],
  ])('refuses %s in one line', (_, state, problem) => {
    expect(releaseProblems({ ...READY, ...state })).toEqual([expect.stringMatching(problem)])
  })
})

it.each([
  ['0.2.0', 'latest'],
  ['1.0.0-beta.2', 'beta'],
  ['1.0.0-rc1', 'rc'],
])('publishes %s with the tag %s', (version, tag) => {
  expect(distTag(version)).toBe(tag)
})
