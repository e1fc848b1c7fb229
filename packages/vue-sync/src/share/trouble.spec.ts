import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { describeTrouble, TROUBLES } from './trouble.ts'

const ORIGIN = 'http://192.168.1.5:5173'
const describeError = (code: string) => describeTrouble(code, [], ORIGIN)!

describe('the card of an error', () => {
  it.each([
    'VS101',
    'VS102',
    'VS103',
    'VS104',
    'VS105',
    'VS107',
    'VS109',
    'VS111',
    'VS115',
    'VS117',
    'VS118',
    'VS121',
  ])('%s has a title and a fix, and never tells the host to scan', (code) => {
    const { title, fix } = describeError(code)
    expect(title).toMatch(/[^.]$/)
    expect(fix).toMatch(/\.$/)
    expect(title + fix).not.toMatch(/scan/i)
  })

  it('names the command that allows this page’s origin', () => {
    expect(describeError('VS109').command).toBe(`npx @vue-sync/server --allow-origin ${ORIGIN}`)
  })

  it('offers to take the session back from another window', () => {
    expect(describeError('VS103').retry).toBe('Share from this window')
  })

  it('leads to --https and the guide when an encrypted session has no https', () => {
    expect(describeError('VS115')).toMatchObject({
      command: 'npx @vue-sync/server --https',
      guide: expect.stringMatching(/docs\/guide\/https\.md$/),
    })
  })
})

it('every guide that a card names is a page of the documentation with that heading', () => {
  const guides = Object.values(TROUBLES).flatMap((card) => card(ORIGIN).guide ?? [])
  expect(guides).not.toEqual([])
  for (const guide of guides) {
    const [file, heading] = guide.split('/blob/main/')[1]!.split('#')
    const page = readFileSync(new URL(`../../../../${file}`, import.meta.url), 'utf8')
    const anchors = Array.from(page.matchAll(/^#+ (.*)$/gm), ([, text]) =>
      text!.toLowerCase().replaceAll(' ', '-'),
    )
    if (heading !== undefined) expect(anchors).toContain(heading)
  }
})

it('problems of the connection have a card while there is no error, and problems of the state have none', () => {
  expect(describeTrouble(undefined, ['VS201', 'VS120'], ORIGIN)?.title).toBe(
    'The relay does not answer',
  )
  expect(describeTrouble('VS102', ['VS120'], ORIGIN)?.title).toBe('The relay refused the host key')
  expect(describeTrouble(undefined, ['VS201'], ORIGIN)).toBeUndefined()
})
