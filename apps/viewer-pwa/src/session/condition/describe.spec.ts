import { describe as suite, expect, it } from 'vitest'
import { createFormats } from '../../texts/formats.ts'
import { en } from '../../texts/en/index.ts'
import { type Condition, describe as describeIn } from './describe.ts'

const formats = createFormats('en-GB')
const texts = en(formats).session
const describe = (condition: Condition, now: number) => describeIn(condition, now, texts, formats)

const NOW = new Date(2026, 10, 24, 14, 5).getTime()
const TWO_PAST = new Date(2026, 10, 24, 14, 2).getTime()
const live: Condition = {
  status: 'connected',
  host: 'online',
  behind: false,
  stale: false,
  retryAt: undefined,
  lastUpdate: NOW - 1000,
  asOf: undefined,
  online: true,
  error: undefined,
  problem: undefined,
}

suite('the status strip', () => {
  it.each<[string, Partial<Condition>, string]>([
    ['Live', {}, 'live'],
    ['Connecting…', { status: 'connecting', host: undefined }, 'busy'],
    ['Reconnecting in 3 s', { status: 'reconnecting', retryAt: NOW + 2100 }, 'busy'],
    ['Reconnecting…', { status: 'reconnecting' }, 'busy'],
    ['Reconnecting…', { status: 'reconnecting', retryAt: NOW - 1 }, 'busy'],
    ['Host offline, last update 2 min ago', { host: 'offline', lastUpdate: NOW - 130_000 }, 'away'],
    ['Host offline', { host: 'offline', lastUpdate: undefined }, 'away'],
    ['Waiting for the host', { stale: true, lastUpdate: undefined }, 'busy'],
    ['Waiting for the host · as of 14:02', { stale: true, asOf: TWO_PAST }, 'busy'],
    ['Disconnected', { status: 'disconnected' }, 'stopped'],
    ['Stopped: The key was refused', { error: { code: 'VS102' } }, 'stopped'],
    ['Stopped', { error: { code: 'VS107' } }, 'stopped'],
    ['Live', { asOf: TWO_PAST }, 'live'],
    ['Connecting… · as of 14:02', { status: 'connecting', asOf: TWO_PAST }, 'busy'],
    [
      'Reconnecting in 3 s · as of 14:02',
      { status: 'reconnecting', retryAt: NOW + 2100, asOf: TWO_PAST },
      'busy',
    ],
    ['No network · as of 14:02', { status: 'reconnecting', online: false, asOf: TWO_PAST }, 'away'],
    ['No network', { status: 'connecting', online: false }, 'away'],
    ['Live', { online: false }, 'live'],
    ['Not up to date · as of 14:02', { problem: { code: 'VS114' }, asOf: TWO_PAST }, 'away'],
    ['The host has newer changes · as of 14:02', { behind: true, asOf: TWO_PAST }, 'away'],
    ['Waiting for the host', { behind: true, stale: true, lastUpdate: undefined }, 'busy'],
    ['Connecting…', { host: undefined }, 'busy'],
    [
      'Host offline, last update 3 min ago',
      { host: 'offline', lastUpdate: NOW, asOf: TWO_PAST },
      'away',
    ],
    ['Host offline', { behind: true, host: 'offline', lastUpdate: undefined }, 'away'],
    [
      'Host offline',
      { problem: { code: 'VS114' }, host: 'offline', lastUpdate: undefined },
      'away',
    ],
    ['Receiving 3.1 of 16.8 MB', { progress: { received: 3.12e6, total: 16 * 1024 ** 2 } }, 'busy'],
    ['Receiving 0 of 16 MB', { progress: { received: 0, total: 16e6 } }, 'busy'],
    ['Receiving 131 of 800 kB', { progress: { received: 131_072, total: 800_000 } }, 'busy'],
    [
      'Receiving 1 of 2 MB · host offline · as of 14:02',
      { progress: { received: 1e6, total: 2e6 }, host: 'offline', asOf: TWO_PAST },
      'busy',
    ],
    ['Reconnecting…', { status: 'reconnecting', progress: { received: 1e6, total: 2e6 } }, 'busy'],
    ['Disconnected · as of 14:02', { status: 'disconnected', asOf: TWO_PAST }, 'stopped'],
  ])('shows “%s”', (text, condition, tone) => {
    expect(describe({ ...live, ...condition }, NOW)).toMatchObject({ text, tone })
  })

  it('announces nothing new to screen readers during a countdown', () => {
    const waiting = { ...live, status: 'reconnecting' as const, retryAt: NOW + 9000 }
    expect(describe(waiting, NOW).announced).toBe(describe(waiting, NOW + 4000).announced)
  })

  it('announces nothing new to screen readers while a large update arrives', () => {
    const at = (received: number) =>
      describe({ ...live, progress: { received, total: 9e6 } }, NOW).announced
    expect(at(1e6)).toBe(at(2e6))
  })

  it.each<[string, Partial<Condition>, string, RegExp]>([
    ['a link for http', { plainLink: 'http://a:1' }, 'open', /no https/],
    ['an encrypted link for http', { plainLink: 'http://a:1', encryptedAt: 'a:1' }, 'scan', /a:1/],
    ['a blocked page', { problems: [{ code: 'VS119' }] }, 'retry', /“Local network access”/],
    [
      'a blocked page on http',
      { problems: [{ code: 'VS119' }], ownPage: 'http://a' },
      'open',
      /own/,
    ],
    ['a relay that does not answer', { problems: [{ code: 'VS120' }] }, 'retry', /same network/],
    [
      'a relay without room',
      { problems: [{ code: 'VS126' }] },
      'retry',
      /as soon as there is room/,
    ],
  ])('says what to do first about %s, while it goes on dialling', (_, part, action, advice) => {
    const said = describe({ ...live, status: 'reconnecting', ...part }, NOW)
    expect(said).toMatchObject({ tone: 'busy', action, advice: expect.stringMatching(advice) })
    expect(said.heading).toMatch(/^[A-Z]/)
  })

  it.each<[Condition['error'], string]>([
    [{ code: 'VS118' }, 'scan'],
    [{ code: 'VS121' }, 'scan'],
    [{ code: 'VS123' }, 'reload'],
    [{ code: 'VS107' }, 'scan'],
    [undefined, 'connect'],
  ])('offers a way on after it was stopped by %o', (error, action) => {
    const said = describe({ ...live, status: 'disconnected', error }, NOW)
    expect(said).toMatchObject({ tone: 'stopped', action, heading: expect.any(String) })
  })

  it('shows no card while nothing is wrong', () => {
    for (const status of ['connecting', 'reconnecting', 'connected'] as const)
      expect(describe({ ...live, status, lastUpdate: undefined }, NOW).heading).toBeUndefined()
  })

  it('advises what to do for every error that stops the viewer', () => {
    for (const code of [
      'VS108',
      'VS118',
      'VS121',
      'VS123',
      'VS102',
      'VS103',
      'VS104',
      'VS105',
      'VS109',
      'VS110',
      'VS111',
      'VS112',
      'VS115',
      'VS116',
    ] as const)
      expect(describe({ ...live, error: { code } }, NOW).advice).toMatch(/\.$/)
  })
})

suite('a relay that refuses the page of an encrypted session', () => {
  it('is named, and the advice does not suggest opening its own page', () => {
    const refused = { ...live, error: { code: 'VS109' }, encryptedAt: 'show.example' } as const
    expect(describe(refused, NOW)).toMatchObject({
      text: 'Stopped: show.example does not accept this page',
      advice: expect.stringContaining('--allow-origin'),
    })
  })
})

suite('the time since the last update of an offline host', () => {
  it.each([
    [-5, 'just now'],
    [4_999, 'just now'],
    [40_000, '40 sec ago'],
    [60_000, '1 min ago'],
    [3_600_000, '1 hr ago'],
    [86_400_000 * 3, '3 days ago'],
  ])('%d ms ago is “%s”', (milliseconds, text) => {
    const condition = { ...live, host: 'offline' as const, lastUpdate: NOW - milliseconds }
    expect(describe(condition, NOW).text).toBe(`Host offline, last update ${text}`)
  })
})
