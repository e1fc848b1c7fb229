import { describe, expect, it } from 'vitest'
import type { ViewerUrl } from '@vue-sync/vue/host'
import { groupLinks, needsHttps, removeConsequence, removeQuestion, typedAddress } from './links.ts'

const link = (url: string, reach?: ViewerUrl['reach']): ViewerUrl => ({
  name: 'x',
  url,
  ...(reach && { reach }),
})

describe('links', () => {
  it('are grouped by who can use them, with phones first', () => {
    const links = [
      link('http://127.0.0.1:9876/', 'machine'),
      link('http://192.168.1.5:9876/', 'network'),
      link('http://10.8.0.2:9876/', 'virtual'),
      link('http://192.168.1.6:9876/'),
    ]
    expect(groupLinks(links).map(({ title, links: { length } }) => [title, length])).toEqual([
      ['Phones on the same Wi-Fi', 2],
      ['Devices in the same VPN or virtual network', 1],
      ['This computer only: phones can’t use this address', 1],
    ])
  })

  it('are typed without http:// and without the key', () => {
    expect(typedAddress('http://192.168.1.5:9876/#k=abc')).toBe('192.168.1.5:9876')
    expect(typedAddress('https://show.example/#s=x&k=abc')).toBe('https://show.example')
  })

  it('need https only if they carry an encryption key', () => {
    expect(needsHttps('http://localhost:9876/#k=a&e=b')).toBe(true)
    expect(needsHttps('https://localhost:9876/#k=a&e=b')).toBe(false)
    expect(needsHttps('http://localhost:9876/#k=a')).toBe(false)
  })
})

it.each([
  [
    0,
    'Remove all viewers?',
    'No viewer is connected. Links and codes shown until now stop working.',
  ],
  [1, 'Remove this viewer?', 'It needs a new link or code.'],
  [3, 'Remove all 3 viewers?', 'They need a new link or code.'],
])('removing %d viewers asks first, and says what follows', (viewers, question, consequence) => {
  expect([removeQuestion(viewers), removeConsequence(viewers)]).toEqual([question, consequence])
})
