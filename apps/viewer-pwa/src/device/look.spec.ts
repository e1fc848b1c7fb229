import { describe, expect, it } from 'vitest'
import { linkOfPage } from '../session/session-link.ts'
import { lookOfPage } from './look.ts'

describe('lookOfPage', () => {
  it.each([
    ['#view=scene&kiosk', { view: 'scene', kiosk: true }],
    ['#k=key&s=show&view=inspector', { view: 'inspector' }],
    ['#kiosk=1', { kiosk: true }],
    ['#kiosk=0&view=scene', { view: 'scene', kiosk: false }],
    ['#view=table&kiosk=maybe', {}],
    ['#k=view%3Dscene%26kiosk', {}],
    ['', {}],
  ])('reads %j', (hash, look) => {
    expect(lookOfPage(`http://10.0.0.1:9876/${hash}`)).toEqual(look)
  })
})

it('leaves the session link as it would be without the look, and the look out of the link', () => {
  expect(linkOfPage('http://10.0.0.1:9876/#view=scene&s=show&k=key&kiosk')).toBe(
    'http://10.0.0.1:9876/#s=show&k=key',
  )
  expect(linkOfPage('http://10.0.0.1:9876/#view=scene&kiosk')).toBeUndefined()
})
