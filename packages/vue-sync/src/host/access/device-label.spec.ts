import { describe, expect, it } from 'vitest'
import { deviceLabel } from './device-label.ts'

describe('deviceLabel', () => {
  it.each([
    [0, false, 'No device connected'],
    [1, false, '1 device connected'],
    [2, false, '2 devices connected'],
    [1, true, '1+ devices connected'],
  ])('%d, estimated %s: %s', (count, estimated, label) => {
    expect(deviceLabel(count, estimated)).toBe(label)
  })
})
