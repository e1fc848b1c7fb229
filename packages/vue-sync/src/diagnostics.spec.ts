import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ERRORS, textOf, type Texts, WARNINGS } from './diagnostic-texts.ts'
import { createReport, SyncError } from './diagnostics.ts'

const printed: unknown[][] = []
beforeEach(() => {
  printed.length = 0
  vi.spyOn(console, 'error').mockImplementation((...args) => void printed.push(args))
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

describe('a report', () => {
  it('prints an error once, and again after a connection', () => {
    const report = createReport('host')
    for (let dial = 0; dial < 3; dial++) report(new SyncError('VS102', 'wrong'))
    report(new SyncError('VS109', 'no'))
    expect(printed).toHaveLength(2)
    report.connected!()
    report(new SyncError('VS102', 'wrong'))
    expect(printed).toHaveLength(3)
  })

  it('words an error for its side, with the cause, the fix and the detail', () => {
    const host = createReport('host')(new SyncError('VS102', 'The host key is wrong'))
    const viewer = createReport('viewer')(new SyncError('VS102', 'The viewer key is wrong'))
    expect(host.message).toBe(
      '[vue-sync] VS102: The relay refused the host key. Set `key` to the host key that the relay prints when it starts (The host key is wrong). See https://vue-sync.github.io/vue-sync/errors/VS102',
    )
    expect(viewer.message).toBe(
      '[vue-sync] VS102: The relay refused the key of this link. Use the link that the host shows now: `viewerUrl` of `useSyncHost()`, or its QR code (The viewer key is wrong). See https://vue-sync.github.io/vue-sync/errors/VS102',
    )
    expect(printed).toEqual([[host.message], [viewer.message]])
    expect(host.stack).toContain(host.message)
  })

  it('prints nothing in production, and keeps the code and the detail', () => {
    vi.stubEnv('NODE_ENV', 'production')
    const error = createReport('host')(new SyncError('VS102', 'The host key is wrong'))
    expect([error.code, error.message]).toEqual([
      'VS102',
      '[vue-sync] VS102 (The host key is wrong)',
    ])
    expect(printed).toEqual([])
  })

  it('prints an error of another kind as it is', () => {
    createReport('host')(new TypeError('not a function') as never)
    expect(printed).toEqual([['not a function']])
  })
})

describe('the texts', () => {
  const all = Object.entries<Texts>({ ...ERRORS, ...WARNINGS }).flatMap(([code, texts]) =>
    Object.entries(texts).map(([side, text]) => [code, side, text] as const),
  )

  it.each(all)('of %s for %s are sentences without a final period', (code, _, [cause, fix]) => {
    expect(cause).toMatch(/^[A-Z`].*[^.\s]$/)
    // The detail of VS107 is its fix.
    if (code !== 'VS107') expect(fix).toMatch(/^[A-Z`].*[^.\s]$/)
  })

  it('tell no host to scan, and no viewer to use an option of the host or relay itself', () => {
    const codes = Object.keys(ERRORS) as (keyof typeof ERRORS)[]
    const hosts = codes.filter((code) => !('viewer' in ERRORS[code]) || 'host' in ERRORS[code])
    const viewers = codes.filter((code) => !('host' in ERRORS[code]) || 'viewer' in ERRORS[code])
    expect(hosts.filter((code) => /\b(?:scan|QR)\b/i.test(textOf(code, 'host')))).toEqual([])
    const own = viewers.filter((code) => !('both' in ERRORS[code]))
    const orders = /(?<!must )(?<!to )\b[Ss](?:tart the relay|et `(?:key|url|viewerUrl)`)/
    expect(own.filter((code) => orders.test(textOf(code, 'viewer')))).toEqual([])
  })
})
