import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe as suite, expect, it } from 'vitest'
import type { ErrorCode } from '@vue-sync/vue/viewer'
import { en } from '../../texts/en/index.ts'
import { createFormats } from '../../texts/formats.ts'
import { describeWait } from './describe-wait.ts'
import { type Condition, describe } from './describe.ts'
import type { Action } from './ways.ts'

const formats = createFormats('en-GB')
const texts = en(formats).session
const NOW = new Date(2026, 10, 24, 14, 5).getTime()
const dialling: Condition = {
  status: 'reconnecting',
  host: undefined,
  behind: false,
  stale: true,
  retryAt: undefined,
  lastUpdate: undefined,
  asOf: undefined,
  online: true,
  error: undefined,
  problem: undefined,
}
const DIAGNOSTICS = '../../../../../packages/vue-sync/src/diagnostic-texts.ts'
const source = readFileSync(fileURLToPath(new URL(DIAGNOSTICS, import.meta.url)), 'utf8')
const ALL = [...source.matchAll(/^ {2}(VS1\d\d):/gm)].map(([, code]) => code!)

/** The errors that stop a viewer: heading, a part of the advice, and the two buttons. */
const STOPS: Record<string, [heading: string, advice: RegExp, first: Action, second: Action]> = {
  VS102: ['The key was refused', /Scan the code/, 'scan', 'code'],
  VS103: ['Another host took over', /new host/, 'scan', 'code'],
  VS104: ['The session is over', /starts a new one/, 'scan', 'retry'],
  VS105: ['The versions do not match', /Reload/, 'reload', 'others'],
  VS108: ['This viewer cannot read what the host sends', /Reload/, 'reload', 'others'],
  VS109: ['The relay does not accept this page', /--allow-origin/, 'retry', 'others'],
  VS110: [
    'This session is encrypted, and the link does not open it',
    /short code cannot/,
    'scan',
    'retry',
  ],
  VS111: ['This session is encrypted, which needs https', /The guide/, 'guide', 'others'],
  VS112: ['This link has ended', /new code/, 'scan', 'code'],
  VS115: ['This link is not safe', /https/, 'scan', 'others'],
  VS116: ['This is not from the host', /Scan the code/, 'scan', 'retry'],
  VS118: ['This app cannot open that link', /Open the link/, 'scan', 'others'],
  VS121: ['There is no session at this address', /check its host name/, 'scan', 'retry'],
  VS123: ['This viewer cannot read what the host sends', /Reload/, 'reload', 'others'],
  VS125: ['This viewer cannot read what the host sends', /Reload/, 'reload', 'others'],
}
/** The errors while the viewer goes on dialling. */
const FAILS: typeof STOPS = {
  VS119: ['The browser may block this page', /Local network access/, 'retry', 'others'],
  VS120: ['Nothing answers at this address', /same network/, 'retry', 'others'],
  VS126: ['The relay is full', /Leave this page open/, 'retry', 'others'],
}
/** Shown in another way: VS101 beside the field, VS114 in the strip and on the wait screen. */
const ELSEWHERE = ['VS101', 'VS114']
/** Only developers or hosts meet these. */
const NOT_FOR_VIEWERS = ['VS106', 'VS107', 'VS113', 'VS117', 'VS122', 'VS124']

const stopped = (code: string, part: Partial<Condition> = {}) =>
  describe(
    { ...dialling, ...part, status: 'disconnected', error: { code: code as ErrorCode } },
    NOW,
    texts,
    formats,
  )
const failing = (code: string, part: Partial<Condition> = {}) =>
  describe({ ...dialling, ...part, problems: [{ code }] }, NOW, texts, formats)

suite('the card of a trouble', () => {
  it('is known for every error code that the library has', () => {
    const known = [...Object.keys({ ...STOPS, ...FAILS }), ...ELSEWHERE, ...NOT_FOR_VIEWERS]
    expect(known.toSorted()).toEqual(ALL.toSorted())
  })

  it.each(Object.entries({ ...STOPS, ...FAILS }))(
    'of %s has a heading, says what to do, and has two ways on',
    (code, [heading, advice, action, second]) => {
      const said = code in STOPS ? stopped(code) : failing(code)
      expect(said).toMatchObject({
        heading,
        advice: expect.stringMatching(advice),
        action,
        second,
      })
    },
  )

  it.each(Object.entries({ ...STOPS, ...FAILS }))(
    'of %s offers no scan on a page without a camera, and two ways that differ',
    (code) => {
      const part = { canScan: false }
      const { action, second } = code in STOPS ? stopped(code, part) : failing(code, part)
      expect([action, second]).not.toContain('scan')
      expect(action).not.toBe(second)
    },
  )

  it.each(NOT_FOR_VIEWERS)('of %s, which no viewer should meet, still leads on', (code) => {
    expect(stopped(code)).toMatchObject({ heading: expect.any(String), action: 'scan' })
  })

  it('asks for a code when the link is an address without a key', () => {
    expect(stopped('VS102', { hasKey: false })).toMatchObject({
      heading: 'This session needs a code',
      action: 'scan',
      second: 'code',
    })
  })

  it('offers to change an address that the user typed', () => {
    expect(failing('VS120', { hasKey: false })).toMatchObject({ second: 'address' })
    expect(stopped('VS121', { hasKey: false })).toMatchObject({ second: 'address' })
  })

  it('opens a link for http in the browser', () => {
    expect(stopped('VS118', { plainLink: 'http://a:1' })).toMatchObject({ action: 'open' })
  })
})

suite('the wait screen', () => {
  const waiting = {
    status: 'connecting' as const,
    host: undefined,
    online: true,
    isReceiving: false,
    isUnreadable: false,
    relay: '192.168.1.5:9876',
    hasKey: true,
  }
  it.each<[string, Partial<Parameters<typeof describeWait>[0]>, string, Action, boolean]>([
    ['connects', {}, 'Connecting to 192.168.1.5:9876', 'retry', false],
    ['has no network', { online: false }, 'This device has no network', 'retry', true],
    [
      'receives a large state',
      { status: 'connected', isReceiving: true },
      'Receiving the state',
      'others',
      false,
    ],
    ['has no host', { status: 'connected', host: 'offline' }, 'The host is offline', 'retry', true],
    [
      'has a host that shares nothing',
      { status: 'connected', host: 'online' },
      'Waiting for the host',
      'retry',
      true,
    ],
    [
      'cannot show the state',
      { status: 'connected', host: 'online', isUnreadable: true },
      'The host sent something that this viewer cannot show',
      'retry',
      true,
    ],
  ])('says so when the viewer %s, and leads on', (_, part, heading, action, isSettled) => {
    const said = describeWait({ ...waiting, ...part }, texts)
    expect(said).toMatchObject({ heading, action, isSettled, advice: expect.stringMatching(/\.$/) })
    expect(said.second).not.toBe(action)
  })
})
