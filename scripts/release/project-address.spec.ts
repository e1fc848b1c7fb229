import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../builds.ts'
import {
  checkAddress,
  PLACEHOLDERS,
  readAddress,
  replaceAddress,
  siteOf,
  writeAddress,
} from './project-address.ts'

const ADDRESS = { repository: 'https://git.example/owner/name', contact: 'team@example.org' }
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const present = { ...PLACEHOLDERS, ...readAddress(manifest) }

/** Files of the repository that contain one of the texts. */
function filesWith(...texts: string[]): string[] {
  const patterns = texts.flatMap((text) => ['-e', text])
  const args = ['grep', '--untracked', '--files-with-matches', '-I', '-F', ...patterns]
  const { stdout } = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' })
  return stdout.split('\n').filter(Boolean)
}

describe('the address of the project', () => {
  it('is read as it was written', () => {
    const written = JSON.parse(writeAddress('{ "name": "a" }', ADDRESS))
    expect(written).toMatchObject({ name: 'a', homepage: `${ADDRESS.repository}#readme` })
    expect(readAddress(written)).toEqual(ADDRESS)
    expect(readAddress({ repository: {}, bugs: {} })).toEqual({})
  })

  it('replaces the one before in all its forms', () => {
    const text = `git+${PLACEHOLDERS.repository}.git ${PLACEHOLDERS.repository}/issues <${PLACEHOLDERS.contact}> ${siteOf(PLACEHOLDERS.repository)}/errors/VS102`
    expect(replaceAddress(text, PLACEHOLDERS, ADDRESS)).toBe(
      'git+https://git.example/owner/name.git https://git.example/owner/name/issues <team@example.org> https://owner.github.io/name/errors/VS102',
    )
  })

  it.each([
    ['owner/name', ADDRESS.contact],
    ['http://git.example/owner/name', ADDRESS.contact],
    ['https://git.example/owner', ADDRESS.contact],
    ['https://git.example/owner/name.git', ADDRESS.contact],
    [ADDRESS.repository, 'team'],
    [ADDRESS.repository, PLACEHOLDERS.contact],
  ])('is refused when it is %s with the contact %s', (repository, contact) => {
    expect(() => checkAddress({ repository, contact })).toThrow(/ is not an /)
    expect(() => checkAddress(ADDRESS)).not.toThrow()
  })

  it('is the only one in the repository', () => {
    const others = [...Object.values(PLACEHOLDERS), siteOf(PLACEHOLDERS.repository)].filter(
      (text) => ![...Object.values(present), siteOf(present.repository)].includes(text),
    )
    const files = others.length > 0 ? filesWith(...others) : []
    expect(files.filter((file) => !file.startsWith('scripts/release/'))).toEqual([])
  })
})
