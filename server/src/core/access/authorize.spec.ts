import { afterEach, describe, expect, it } from 'vitest'
import { createSyncServer, type SyncServer, type SyncServerOptions } from '../../index.ts'
import { connect } from '../../../test/client.ts'

let server: SyncServer
let warnings: string[]
afterEach(() => server.stop())

async function start(authorize: SyncServerOptions['authorize']): Promise<void> {
  warnings = []
  server = createSyncServer({
    port: 0,
    host: '127.0.0.1',
    hostKey: 'host-key-of-the-authorize-tests',
    viewerKey: 'viewer-key-of-the-authorize-tests',
    warn: (text) => void warnings.push(text),
    ...(authorize && { authorize }),
  })
  await server.start()
}

const view = (cookie: string, key?: string) =>
  connect(server, 'viewer', { key, path: '/s/show', headers: { cookie } })

describe('authorize', () => {
  it('admits or refuses a client, or leaves the decision to the keys', async () => {
    const asked: unknown[] = []
    await start(async ({ role, session, key, headers }) => {
      asked.push([role, session, key])
      const user = headers.get('cookie')
      return user === 'ada' ? true : user === 'eve' ? false : undefined
    })
    const ada = await view('ada')
    await ada.until(({ type }) => type === 'status')
    expect(await (await view('eve', 'viewer-key-of-the-authorize-tests')).closed).toEqual({
      code: 4401,
      reason: 'This viewer is not authorized',
    })
    const other = await view('other', 'viewer-key-of-the-authorize-tests')
    await other.until(({ type }) => type === 'status')
    expect((await (await view('other', 'w')).closed).code).toBe(4401)
    expect(asked[0]).toEqual(['viewer', 'show', undefined])
    ada.socket.terminate()
    other.socket.terminate()
  })

  it('that throws refuses the client without the cause, and asks it to try again', async () => {
    await start(() => {
      throw new Error('database is gone')
    })
    expect(await (await view('ada', 'viewer-key-of-the-authorize-tests')).closed).toEqual({
      code: 4010,
      reason: 'The relay cannot check access right now',
    })
    expect(warnings).toEqual(['authorize failed and a client was refused: database is gone'])
  })
})

describe('an authorize that never answers', () => {
  it('rejects after the timeout', async () => {
    const { askAuthorize } = await import('./authorize.ts')
    const request = {
      role: 'viewer' as const,
      session: 's',
      key: undefined,
      headers: new Headers(),
    }
    await expect(askAuthorize(() => new Promise(() => {}), request, 10)).rejects.toThrow(
      'no answer in 10 ms',
    )
  })
})
