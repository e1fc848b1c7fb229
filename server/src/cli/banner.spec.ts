import { expect, it } from 'vitest'
import { formatBanner } from './banner.ts'

it('shows for each address who can open it, the code to type, and the fingerprint to compare', () => {
  const text = formatBanner({
    viewerUrls: [
      { name: 'public', url: 'https://show.example.com/#k=k', reach: 'internet' },
      { name: 'wlan0', url: 'http://192.168.1.5:9876/#k=k', reach: 'network' },
      { name: 'eth0', url: 'http://10.0.0.5:9876/#k=k', reach: 'network' },
      { name: 'tun0', url: 'http://100.64.0.5:9876/#k=k', reach: 'virtual' },
      { name: 'this machine', url: 'http://127.0.0.1:9876/#k=k', reach: 'machine' },
    ],
    pairCode: 'K7Q4MX',
    hostKey: 'host-key',
    authority: { fingerprint: 'AA:BB', file: 'ca.pem' },
  })
  expect(text.slice(text.indexOf('  Anyone'))).toBe(`  Anyone with the link
    public        https://show.example.com/#k=k

  Phones on the same Wi-Fi
    wlan0         http://192.168.1.5:9876/#k=k
    eth0          http://10.0.0.5:9876/#k=k

  Devices in the same VPN or virtual network
    tun0          http://100.64.0.5:9876/#k=k

  This computer only
    this machine  http://127.0.0.1:9876/#k=k

  Type this in the viewer instead of scanning (valid for some minutes)
    code          K7Q 4MX

  HTTPS: each device must trust this computer once; the set-up page explains how
    set up        http://192.168.1.5:9876/setup
    CA            AA:BB
    stored in     ca.pem

  Host
    key           host-key
`)
})
