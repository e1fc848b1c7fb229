import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { start } from '../support/system/processes.ts'

const SOAK = fileURLToPath(new URL('../../scripts/load/soak.ts', import.meta.url))

function soak(...args: string[]) {
  const { child, stop } = start(process.execPath, ['--conditions=@vue-sync/source', SOAK, ...args])
  const text = { out: '', err: '' }
  child.stdout!.on('data', (data) => (text.out += String(data)))
  child.stderr!.on('data', (data) => (text.err += String(data)))
  return { stop, done: once(child, 'close').then(([code]) => ({ code: code as number, ...text })) }
}

it('loses nothing in a short run, and ends by itself', async () => {
  const { stop, done } = soak('--viewers', '50', '--minutes', '0.05')
  try {
    const { code, out, err } = await done
    expect(out).toContain(
      '30 updates to 50 viewers: 0 lost or duplicated, 0 viewers behind, 0 disconnected',
    )
    expect([code, err]).toEqual([0, ''])
  } finally {
    await stop()
  }
})

it('takes longer, loses nothing, and says so when the machine cannot sustain the rate', async () => {
  const { stop, done } = soak('--viewers', '50', '--updates', '200', '--rate', '1000000')
  try {
    const { code, out, err } = await done
    expect(out).toContain('50 viewers, 200 updates, 1000000 per second')
    expect(out).toMatch(/ updates per second: the machine could not sustain 1000000\n/)
    expect(out).toContain(
      '200 updates to 50 viewers: 0 lost or duplicated, 0 viewers behind, 0 disconnected',
    )
    expect([code, err]).toEqual([0, ''])
  } finally {
    await stop()
  }
})

it.each([
  ['--minutes x', '--minutes must be a number above 0.'],
  ['--rate 0', '--rate must be a number above 0.'],
  ['--updates 1.5', '--updates must be a whole number from 1 to 10000000.'],
  ['--minutes 1 --updates 1', '--minutes and --updates exclude each other: use one.'],
])('reports in one line what is wrong with %s', async (args, problem) => {
  const { done } = soak(...args.split(' '))
  expect(await done).toEqual({ code: 1, out: '', err: `[vue-sync] ${problem}\n` })
})
