import { describe, expect, it } from 'vitest'
import { deviceLabel } from './device-label.ts'

describe('deviceLabel', () => {
  it.each([
    [0, 'No device connected'],
    [1, '1 device connected'],
    [2, '2 devices connected'],
  ])('%d: %s', (count, label) => {
    expect(deviceLabel(count)).toBe(label)
  })
})
