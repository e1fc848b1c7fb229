import { describe, expect, it } from 'vitest'
import { viewerLinks } from './viewer-links.ts'

const reported = [
  { name: 'wlan0', url: 'http://10.0.0.1:9876/#k=x', reach: 'network' },
  { name: 'public', url: 'https://show.example/#k=x', reach: 'internet' },
  { name: 'lo', url: 'http://127.0.0.1:9876/#k=x', reach: 'machine' },
] as const
const links = (options: { pinned?: string; secret?: string; session?: string }) =>
  viewerLinks(reported, { session: 'default', pinned: undefined, secret: undefined, ...options })

describe('the links that a host shows', () => {
  it('are those of the relay', () => {
    expect(links({})).toEqual(reported)
  })

  it('have the secret only at https and loopback addresses, and leave out the others', () => {
    expect(links({ secret: 'S' })).toEqual([
      { ...reported[1], url: 'https://show.example/#k=x&e=S' },
      { ...reported[2], url: 'http://127.0.0.1:9876/#k=x&e=S' },
    ])
  })

  it('have the pinned address, with the key from the relay', () => {
    expect(links({ pinned: 'wss://my.example', session: 'show' })).toEqual([
      { name: 'my.example', url: 'https://my.example/#s=show&k=x' },
    ])
    expect(links({ pinned: 'wss://my.example', secret: 'S' })).toEqual([
      { name: 'my.example', url: 'https://my.example/#k=x&e=S' },
    ])
  })
})
