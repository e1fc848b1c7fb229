import UPNG from 'upng-js'
import { expect, it } from 'vitest'
import { differenceOf } from './compare-pictures.ts'
import { shrinkPng } from './shrink.ts'

/** A grey picture with a white bar over some columns. */
function picture(width: number, height: number, bar: number): Buffer {
  const bytes = new Uint8Array(width * height * 4)
  for (let at = 0; at < bytes.length; at++)
    bytes[at] = at % 4 === 3 || (at / 4) % width < bar ? 255 : 90
  return Buffer.from(UPNG.encode([bytes.buffer], width, height, 0))
}

it('returns the part of the pixels that differ', () => {
  const whole = picture(40, 10, 0)
  expect(differenceOf(whole, whole)).toBe(0)
  expect(differenceOf(whole, picture(40, 10, 10))).toBe(0.25)
  expect(differenceOf(whole, picture(40, 20, 0))).toBe(1)
})

it('does not count the palette of a picture that was made smaller', () => {
  const photo = picture(40, 10, 7)
  expect(differenceOf(photo, shrinkPng(photo))).toBe(0)
})
