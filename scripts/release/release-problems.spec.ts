import { describe, expect, it } from 'vitest'
import { distTag, releaseProblems, type ReleaseState } from './release-problems.ts'

const READY: ReleaseState = {
  changes: '',
  pending: [],
  packages: [{ name: 'a', version: '0.2.0', changelog: '# a\n\n## 0.2.0\n\nNew.\n' }],
  address: { repository: 'https://git.example/owner/name', contact: 'team@example.org' },
  npm: '11.5.1',
  env: { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://ci.example' },
}
const BUILT_IN = {
  ...READY.env,
  GITHUB_SERVER_URL: 'https://git.example',
  GITHUB_REPOSITORY: 'owner/name',
}

describe('before a release', () => {
  it('finds nothing to object to when all is committed, versioned and described', () => {
    expect(releaseProblems(READY)).toEqual([])
    expect(releaseProblems({ ...READY, env: { SIGSTORE_ID_TOKEN: 'token' } })).toEqual([])
    expect(releaseProblems({ ...READY, env: BUILT_IN })).toEqual([])
    expect(releaseProblems({ ...READY, npm: '12.0.0-pre.1' })).toEqual([])
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
    [
      'a project without a repository',
      { address: { contact: 'team@example.org' } },
      /^The project has no public repository yet, .* Run pnpm project:address/,
    ],
    [
      'a project without a contact',
      { address: { repository: 'https://git.example/owner/name' } },
      /^The project has no contact yet, .* Run pnpm project:address/,
    ],
    [
      'a job of another repository',
      { env: { ...BUILT_IN, GITHUB_REPOSITORY: 'fork/name' } },
      /example\/owner\/name, but this job runs in https:\/\/git\.example\/fork\/name\./,
    ],
    [
      'an npm without trusted publishing',
      { npm: '11.5.0' },
      /^npm 11\.5\.0 .* Install npm 11\.5\.1/,
    ],
    ['an old npm', { npm: '10.9.4' }, /^npm 10\.9\.4 cannot publish/],
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
