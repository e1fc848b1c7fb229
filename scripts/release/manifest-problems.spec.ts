import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../builds.ts'
import { manifestProblems, type PublishedManifest } from './manifest-problems.ts'
import { PLACEHOLDERS, readAddress } from './project-address.ts'
import { PUBLISHED } from './published.ts'

const readJson = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
const { repository } = { ...PLACEHOLDERS, ...readAddress(readJson('package.json')) }
const readManifest = (folder: string): PublishedManifest => readJson(`${folder}/package.json`)

it.each(PUBLISHED)('%s has everything that provenance needs', (folder) => {
  expect(manifestProblems(readManifest(folder), folder, repository)).toEqual([])
})

it.each<[string, Partial<PublishedManifest>, string]>([
  [
    'provenance is off',
    { publishConfig: { access: 'public' } },
    'server/package.json: publishConfig.provenance of @vue-sync/server is missing. Set it to true.',
  ],
  [
    'access is not stated',
    { publishConfig: { provenance: true } },
    'server/package.json: publishConfig.access of @vue-sync/server is missing. Set it to "public".',
  ],
  [
    'a link leads elsewhere',
    { bugs: 'https://git.example/old/issues' },
    `server/package.json: bugs of @vue-sync/server is "https://git.example/old/issues". Set it to "${repository}/issues".`,
  ],
])('names the field and its value when %s', (_, change, problem) => {
  const manifest = { ...readManifest('server'), ...change }
  expect(manifestProblems(manifest, 'server', repository)).toEqual([problem])
})

it('compares each field of `repository`', () => {
  const manifest = { ...readManifest('server'), repository: { type: 'git', url: repository } }
  expect(manifestProblems(manifest, 'server', repository)).toEqual([
    expect.stringContaining('repository.url'),
    expect.stringContaining('repository.directory'),
  ])
})
