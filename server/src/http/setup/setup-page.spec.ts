import { describe, expect, it } from 'vitest'
import { DEVICES, guessDevice, makeGuides } from './setup-guides.ts'
import { guidePage, plainPage } from './setup-page.ts'

const AGENTS = {
  ios: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1',
  android:
    'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/156.0.0.0 Mobile Safari/537.36',
  mac: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15',
  windows:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36',
  linux:
    'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36',
  firefox: 'Mozilla/5.0 (Windows NT 10.0; rv:150.0) Gecko/20100101 Firefox/150.0',
}

const page = (options: Partial<Parameters<typeof guidePage>[0]> = {}): string =>
  guidePage({
    nonce: 'n0nce',
    authority: { name: 'vue-sync CA (laptop)' },
    hostname: 'laptop',
    userAgent: AGENTS.ios,
    relay: 'https://192.168.1.5:9876',
    home: './',
    session: 'show',
    auto: true,
    ...options,
  })

describe('the set-up page', () => {
  it.each(Object.entries(AGENTS))(
    'opens the guide for %s first, and has the others',
    (device, agent) => {
      expect(guessDevice(agent)).toBe(device)
      const text = page({ userAgent: agent })
      const order = [...text.matchAll(/data-device="(\w+)"/g)].map(([, name]) => name)
      expect(order[0]).toBe(device)
      expect(order.toSorted()).toEqual(DEVICES.toSorted())
      expect(text.match(/<details[^>]*\sopen\s*>/g)).toHaveLength(1)
    },
  )

  it('links to the session over TLS', () => {
    const text = page()
    expect(text).toContain('data-open="https://192.168.1.5:9876/s/show"')
    expect(text).toContain('data-probe="https://192.168.1.5:9876/trusted"')
    expect(text).toContain('href="./ca.crt"')
    expect(text).not.toContain('This is not Safari')
    expect(page({ userAgent: `${AGENTS.ios} CriOS/156` })).toContain('This is not Safari')
  })

  it('explains for each device how to install the certificate, and the step people forget', () => {
    for (const { steps, hint } of Object.values(makeGuides('CA'))) {
      expect(steps[0]!.markup).toContain('Get the certificate')
      expect(steps.at(-1)!.markup).toContain('Done, open the viewer')
      expect(hint).toMatch(/\.$/)
    }
  })

  it('lets each device compare the fingerprint in its own dialog with the terminal, and shows none itself', () => {
    for (const [device, { steps }] of Object.entries(makeGuides('CA'))) {
      const compare = steps.findIndex(({ markup }) => /compare/i.test(markup))
      const { markup } = steps[compare]!
      expect([device, markup]).toEqual([device, expect.stringContaining('the relay’s terminal')])
      expect(markup).toMatch(device === 'windows' ? /SHA-1/ : /SHA-256/)
      // Android shows a fingerprint only for a certificate that it trusts already.
      const trusts = /<b>Install<\/b>|Always Trust|Browse|Trust for identifying|Trust to identify/
      const trust = steps.findIndex((step) => trusts.test(step.markup))
      if (device === 'android') expect(markup).toContain('Uninstall')
      else expect([device, compare < trust]).toEqual([device, true])
    }
    expect(page()).toContain('nothing on this page proves')
  })

  it('offers a look without the certificate first, and says for each device how to remove it', () => {
    const text = page()
    expect(text.indexOf('Only want to look?')).toBeLessThan(text.indexOf('Get the certificate'))
    for (const [device, { removal }] of Object.entries(makeGuides('CA')))
      expect([device, removal.markup]).toEqual([device, expect.stringContaining('CA')])
    expect(text.match(/To remove it later/g)).toHaveLength(DEVICES.length)
  })

  it('says in which form each device shows the fingerprint', () => {
    const guides = makeGuides('CA')
    const forms = [
      ['ios', '4F 0A C2'],
      ['mac', '4F 0A C2'],
      ['android', '4F:0A:C2'],
      ['firefox', '4F:0A:C2'],
      ['windows', '4f0ac2'],
      ['linux', 'openssl x509'],
    ] as const
    for (const [device, form] of forms) {
      const text = guides[device].steps.map(({ markup }) => markup).join(' ')
      expect([device, text]).toEqual([device, expect.stringContaining(form)])
    }
  })

  it('says that the code to scan afterwards is the second one, or the short code', () => {
    const text = page().replaceAll(/\s+/g, ' ')
    expect(text).toContain('scan the <b>second</b> code that the host or the terminal shows')
    expect(text).toContain('or type the short code beside it')
  })

  it('escapes markup in the machine’s name', () => {
    const text = page({ hostname: '<b>"x&', authority: { name: `<i>'` } })
    expect(text).toContain('<b>&lt;b&gt;&quot;x&amp;</b>')
    expect(text).toContain('&lt;i&gt;&#39;')
    expect(text).not.toContain('<i>')
  })

  it('explains on plain http what is missing, and how to start the relay with https', () => {
    expect(plainPage({ nonce: 'n', home: './', secure: false })).toContain(
      'npx @vue-sync/server --https',
    )
    expect(plainPage({ nonce: 'n', home: './', secure: true })).toContain('Nothing to set up')
  })
})
