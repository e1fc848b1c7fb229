import { expect, it } from 'vitest'
import { renderUnicodeCompact } from 'uqr'
import { type BannerOptions, formatBanner } from './banner.ts'

it('shows for each address who can open it, the code to type, and the fingerprint to compare', () => {
  const text = formatBanner({
    viewerUrls: [
      { name: 'public', url: 'https://show.example.com/#k=k', reach: 'internet' },
      { name: 'wlan0', url: 'https://192.168.1.5:9876/#k=k', reach: 'network' },
      { name: 'eth0', url: 'https://10.0.0.5:9876/#k=k', reach: 'network' },
      { name: 'tun0', url: 'https://100.64.0.5:9876/#k=k', reach: 'virtual' },
      { name: 'this machine', url: 'http://127.0.0.1:9876/#k=k', reach: 'machine' },
    ],
    pairCode: 'K7Q4MX',
    hostKey: 'host-key',
    authority: {
      fingerprint: Array(32).fill('AA').join(':'),
      thumbprint: Array(20).fill('BB').join(':'),
      file: 'ca.pem',
    },
    setUpUrl: 'http://192.168.1.5:9876/setup',
  })
  expect(text.slice(text.indexOf('  Anyone'))).toBe(`  Anyone with the link
    public        https://show.example.com/#k=k

  Phones on the same Wi-Fi
    wlan0         https://192.168.1.5:9876/#k=k
    eth0          https://10.0.0.5:9876/#k=k

  Devices in the same VPN or virtual network
    tun0          https://100.64.0.5:9876/#k=k

  This computer only
    this machine  http://127.0.0.1:9876/#k=k

  Type this in the viewer instead of scanning (valid for some minutes)
    code          K7Q 4MX

  HTTPS: new phones must trust this CA once; compare its fingerprint first
    set up        http://192.168.1.5:9876/setup
    SHA-256       AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA
                  AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA
    SHA-1         BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB
                  BB:BB:BB:BB
    stored in     ca.pem

  Host: the key is for publishing, paste it into the host app
    key           host-key
`)
})

it('says what the key is for only where it shows one', () => {
  const viewerUrls = [{ name: 'this machine', url: 'http://127.0.0.1:9876/' }]
  const hostPart = (options: Partial<BannerOptions>): string =>
    formatBanner({ viewerUrls, ...options })
      .split('127.0.0.1:9876/\n')[1]!
      .trim()
  expect(hostPart({ hostUrl: 'http://localhost:5173/' })).toMatch(
    /^Host app\n +open +http:\/\/localhost:5173\/$/,
  )
  expect(hostPart({ keysFile: 'keys.json' })).toMatch(/^Keys\n +kept in +keys\.json$/)
  expect(hostPart({})).toBe('')
})

const LAN = {
  viewerUrls: [
    {
      name: 'wlan0',
      url: 'https://192.168.100.105:9876/#k=0123456789abcdefghijkl',
      reach: 'network',
    },
  ],
  authority: { fingerprint: 'AA', thumbprint: 'BB', file: 'ca.pem' },
  setUpUrl: 'http://192.168.100.105:9876/setup',
} satisfies BannerOptions

it('shows a code without a key for new phones beside the one for viewers, within 80 columns', () => {
  const lines = formatBanner(LAN).split('\n')
  expect(lines[1]).toMatch(/^ {2}1\. New phone\? Scan this once: +2\. After that, scan this one:$/)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  const codes = lines.slice(3, lines.indexOf('', 3)).map((line) => line.slice(2))
  const setUp = renderUnicodeCompact(LAN.setUpUrl, { border: 2 }).split('\n')
  const viewer = renderUnicodeCompact(LAN.viewerUrls[0]!.url, { border: 2 }).split('\n')
  expect(codes.map((line) => line.slice(0, setUp[0]!.length)).slice(0, setUp.length)).toEqual(setUp)
  expect(codes.map((line) => line.slice(-viewer[0]!.length))).toEqual(viewer)
})

it('shows the two codes below each other in a narrow terminal', () => {
  const text = formatBanner({ ...LAN, columns: 60 })
  expect(text.indexOf('1. New phone?')).toBeGreaterThan(0)
  expect(text.indexOf('\n  2. After that')).toBeGreaterThan(text.indexOf('1. New phone?'))
  const codes = text.slice(0, text.indexOf('Phones on')).split('\n')
  expect(Math.max(...codes.map((line) => line.length))).toBeLessThanOrEqual(60)
})

it('shows one code where nobody has to trust the CA first', () => {
  const [wlan] = LAN.viewerUrls
  for (const viewerUrls of [
    [{ name: 'public', url: 'https://show.example.com/#k=k', reach: 'internet' as const }, wlan!],
    [{ name: 'this machine', url: 'http://127.0.0.1:9876/#k=k', reach: 'machine' as const }],
  ])
    expect(formatBanner({ ...LAN, viewerUrls })).not.toContain('New phone?')
  expect(formatBanner({ viewerUrls: LAN.viewerUrls })).not.toContain('New phone?')
})
