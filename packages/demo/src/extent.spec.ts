import { expect, it } from 'vitest'
import { extentOf } from './extent.ts'

it('the extent of a series has its first and last label, and its lowest and highest value', () => {
  const points = [
    { t: '1880', v: 3 },
    { t: '1881', v: -0.5 },
    { t: '1882', v: 7 },
    { t: '1883', v: 2 },
  ]
  expect(extentOf(points)).toEqual({ from: '1880', to: '1883', low: -0.5, high: 7 })
  expect(extentOf([])).toBeUndefined()
})
