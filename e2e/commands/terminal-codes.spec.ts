import process from 'node:process'
import { afterEach, describe, expect, it } from 'vitest'
import { connect } from '../../server/test/client.ts'
import { startRedis, type TestRedis } from '../support/relays/redis.ts'
import { LIVE, type TerminalRelay, useTerminals } from '../support/relays/terminal-relay.ts'

/** The status of the answer to a typed code. A new connection each time, so that each worker is asked. */
async function type(port: number, code: string): Promise<number> {
  const { status } = await fetch(`http://127.0.0.1:${port}/pair`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ code }),
  })
  return status
}

describe.skipIf(process.platform !== 'linux')('the key c', () => {
  const terminals = useTerminals()
  let redis: TestRedis | undefined
  afterEach(async () => {
    await terminals.closeAll()
    await redis?.stop()
    redis = undefined
  })

  async function open(...flags: string[]): Promise<TerminalRelay> {
    const relay = await terminals.open({ flags: ['--host', '127.0.0.1', ...flags] })
    await relay.shows(LIVE)
    return relay
  }

  async function renew({ press, code }: TerminalRelay): Promise<[before: string, after: string]> {
    const before = code()
    press('c')
    await expect.poll(code).not.toBe(before)
    return [before, code()]
  }

  it('makes a code that each of several workers knows, and withdraws the one before', async () => {
    const relay = await open('--workers', '2')
    const host = await connect(relay.dialled, 'host')
    const [before, after] = await renew(relay)
    for (let count = 0; count < 4; count++) {
      expect(await type(relay.port(), after)).toBe(200)
      expect(await type(relay.port(), before)).not.toBe(200)
    }
    await host.close()
  }, 60_000)

  it.skipIf(!process.env['VUE_SYNC_REDIS_SERVER'])(
    'makes a code that another relay with the same Redis knows, and withdraws the one before',
    async () => {
      redis = await startRedis()
      const [first, second] = [await open('--redis', redis.url), await open('--redis', redis.url)]
      const host = await connect(first.dialled, 'host')
      const [before, after] = await renew(first)
      for (const relay of [first, second]) {
        await expect.poll(() => type(relay.port(), after)).toBe(200)
        expect(await type(relay.port(), before)).not.toBe(200)
      }
      await host.close()
    },
    90_000,
  )
})
