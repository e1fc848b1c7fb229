import { expect, it } from 'vitest'
import { authorize } from './authorize.ts'

function request(headers: Record<string, string>) {
  return {
    role: 'host' as const,
    session: 'default',
    key: undefined,
    headers: new Headers(headers),
  }
}
const OWN = { origin: 'https://app.example', host: 'app.example' }
const FOREIGN = { origin: 'https://evil.example', host: 'app.example' }

it.each([
  ['a page of the app', OWN, undefined],
  ['a program, which has no origin', { host: 'app.example' }, undefined],
  ['a page of another site', FOREIGN, false],
  ['a page without an address', { origin: 'null', host: 'app.example' }, false],
])('leaves %s to the keys, or refuses it', async (_, headers, answer) => {
  expect(await authorize(request(headers), () => {})).toBe(answer)
})

it.each([true, false])('lets the app answer %s about everybody', async (isAllowed) => {
  const ask = async (event: { isAllowed: boolean | undefined }): Promise<void> => {
    event.isAllowed = isAllowed
  }
  expect(await authorize(request(OWN), ask)).toBe(isAllowed)
  expect(await authorize(request(FOREIGN), ask)).toBe(isAllowed)
})
