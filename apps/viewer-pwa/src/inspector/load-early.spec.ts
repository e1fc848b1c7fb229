import { expect, it, vi } from 'vitest'
import { loadEarly } from './load-early.ts'

it('loads at once, and again after a failure', async () => {
  const load = vi.fn(async () => 'screen').mockRejectedValueOnce(new Error('no network'))
  const next = loadEarly(load)
  expect(load).toHaveBeenCalledTimes(1)
  await expect(next()).rejects.toThrow('no network')
  await expect(next()).resolves.toBe('screen')
  expect(load).toHaveBeenCalledTimes(2)
})
