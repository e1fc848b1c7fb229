import { expectEqual, expectThat } from '../../core/expectations.ts'
import type { HttpExchange } from '../http/http-exchange.ts'
import { statusesOf } from './http-log.ts'
import { overHttp } from './http-requirement.ts'
import type { RelayRequirement } from './relay-requirement.ts'
import type { RelayStage } from '../relay-stage.ts'

const PRIVATE = 'no-store, private'
const PUBLIC = {
  state: 'max-age=1, public',
  tail: 'immutable, max-age=31536000, public',
  live: 'max-age=5, public',
}

const encryptedFrame = (type: string, seq: number): Buffer =>
  Buffer.concat([
    Buffer.from(`{"type":"${type}","epoch":"e","seq":${seq},"codec":"aes-256-gcm.es256"}\n`),
    Buffer.alloc(400, seq),
  ])

/** The directives of an answer, sorted. */
const cachingOf = ({ headers }: HttpExchange): string =>
  (headers['cache-control'] ?? 'none')
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim())
    .toSorted()
    .join(', ')

/** The cache headers of each kind of answer, for a session whose latest position is seq 9. */
async function cachingOfAll({ http }: RelayStage) {
  const ask = async (target: string) => {
    const exchange = await http(target)
    await exchange.whole()
    return cachingOf(exchange)
  }
  const stream = await http('stream')
  await stream.when((body) => statusesOf(body).length > 0, 'the stream has a status')
  return {
    state: await ask('state'),
    tail: await ask('log?epoch=e&seq=7'),
    empty: await ask('log?epoch=e&seq=9'),
    all: await ask('log'),
    live: await ask('log?epoch=e&seq=7&live=1&cursor=other'),
    stream: cachingOf(stream),
  }
}

export const HTTP_CACHING: readonly RelayRequirement[] = [
  overHttp({
    id: 'keeps-plain-state-out-of-caches',
    rule: 'R16',
    title: 'lets no cache keep what is not encrypted, unless its operator says that it is public',
    async check(stage) {
      await stage.published()
      const { stream, ...others } = await cachingOfAll(stage)
      expectThat(stream.includes('no-store'), 'a stream is no-store', stream)
      const isPublic = others.state === PUBLIC.state
      const { state, tail, live } = PUBLIC
      const wanted = isPublic
        ? { state, tail, empty: state, all: others.all, live }
        : { state: PRIVATE, tail: PRIVATE, empty: PRIVATE, all: PRIVATE, live: PRIVATE }
      expectEqual(others, wanted, 'cache-control of each answer')
      expectThat(!others.all.includes('immutable'), 'a whole state is not immutable', others.all)
    },
  }),
  overHttp({
    id: 'lets-caches-keep-encrypted-state',
    rule: 'R16',
    title: 'lets caches keep encrypted frames: the state for 1 s, live answers for 5 s, the rest',
    async check(stage) {
      const publisher = await stage.host()
      publisher.sendBytes(encryptedFrame('session_update', 1))
      for (let seq = 2; seq <= 9; seq++) publisher.sendBytes(encryptedFrame('config_update', seq))
      const watchers = await Promise.all(stage.urls.map(() => stage.viewer()))
      for (const watcher of watchers)
        await watcher.when(() => watcher.binaries.length === 9, 'a viewer gets all frames')
      const { stream, all, ...others } = await cachingOfAll(stage)
      expectThat(stream.includes('no-store'), 'a stream is no-store', stream)
      expectEqual(others, { ...PUBLIC, empty: PUBLIC.state }, 'cache-control of each answer')
      expectThat(!all.includes('immutable'), 'a whole state is not immutable', all)
    },
  }),
]
