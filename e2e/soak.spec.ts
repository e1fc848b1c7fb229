import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { start } from './support/processes.ts'

const SOAK = fileURLToPath(new URL('../scripts/soak.ts', import.meta.url))

function soak(...args: string[]) {
  const { child, stop } = start(process.execPath, ['--conditions=@vue-sync/source', SOAK, ...args])
  const text = { out: '', err: '' }
  child.stdout!.on('data', (data) => (text.out += String(data)))
  child.stderr!.on('data', (data) => (text.err += String(data)))
  return { stop, done: once(child, 'close').then(([code]) => ({ code: code as number, ...text })) }
}

it('a short soak loses nothing and ends by itself', async () => {
  const { stop, done } = soak('--viewers', '50', '--minutes', '0.05')
  try {
    const { code, out, err } = await done
    expect(out).toContain('30 updates to 50 viewers: 0 lost, 0 viewers behind, 0 sent away')
    expect([code, err]).toEqual([0, ''])
  } finally {
    await stop()
  }
})

it('says in one line what is wrong with its options', async () => {
  const { done } = soak('--minutes', 'x')
  expect(await done).toEqual({
    code: 1,
    out: '',
    err: '[vue-sync] --minutes must be a number above 0.\n',
  })
})
