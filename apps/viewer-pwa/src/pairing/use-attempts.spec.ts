import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { effectScope } from 'vue'
import { SyncError } from '@vue-sync/vue/viewer'
import { PairingProblem } from './pairing.ts'
import { useAttempts } from './use-attempts.ts'

function createDeferred() {
  let resolve!: (link: string) => void
  let reject!: (reason: unknown) => void
  const promise = new Promise<string>((...settle) => ([resolve, reject] = settle))
  return { promise, resolve, reject }
}
const flush = () => new Promise((resolve) => setTimeout(resolve))

describe('attempts to connect', () => {
  let scope = effectScope()
  beforeEach(() => void (scope = effectScope()))
  afterEach(() => scope.stop())

  const create = (open?: (link: string) => void) => {
    const opened: string[] = []
    const attempts = scope.run(() => useAttempts(open ?? ((link) => opened.push(link))))!
    return { ...attempts, opened }
  }

  it('open the link of the newest one, also if an older one ends later', async () => {
    const { attempt, opened, busy } = create()
    const older = createDeferred()
    void attempt(() => older.promise)
    await attempt(async () => 'newer')
    older.resolve('older')
    await flush()
    expect([opened, busy.value]).toEqual([['newer'], false])
  })

  it('show no problem of an older one', async () => {
    const { attempt, problem, busy } = create()
    const older = createDeferred()
    const newer = createDeferred()
    void attempt(() => older.promise)
    void attempt(() => newer.promise)
    older.reject(new PairingProblem(() => 'older'))
    await flush()
    expect([problem.value, busy.value]).toEqual([undefined, true])
  })

  it('open nothing after the screen has gone', async () => {
    const { attempt, opened } = create()
    const { promise, resolve } = createDeferred()
    void attempt(() => promise)
    scope.stop()
    resolve('late')
    await flush()
    expect(opened).toEqual([])
  })

  it('open nothing after the user has changed the text', async () => {
    const { attempt, cancel, opened, busy } = create()
    const { promise, resolve } = createDeferred()
    void attempt(() => promise)
    cancel()
    expect(busy.value).toBe(false)
    resolve('typed before')
    await flush()
    expect(opened).toEqual([])
  })

  it('say that a link is invalid, and can be made again', async () => {
    let isValid = false
    const { attempt, retry, problem } = create(() => {
      if (!isValid) throw new SyncError('VS101', 'invalid')
    })
    await attempt(async () => 'link')
    expect(problem.value).toBeInstanceOf(PairingProblem)
    isValid = true
    retry()
    await flush()
    expect(problem.value).toBeUndefined()
  })
})
