import { expectEqual, expectThat, pause } from '../../core/expectations.ts'
import { type AnyMessage, at, config, isStatus, session, stateAt } from '../messages.ts'
import type { RelayStage } from '../relay-stage.ts'
import type { RelayRequirement } from './relay-requirement.ts'

interface Mistake {
  code: string
  what: string
  frame: string | Buffer
  /** A code that is as good. @default none */
  orCode?: string
  /** The relay forwards it nevertheless. @default false */
  isForwarded?: boolean
  /** The relay has dropped a change, and viewers must know. @default false */
  asksForState?: boolean
}

const DEEP = 501
const update = (fields: object): string =>
  JSON.stringify({ type: 'config_update', epoch: 'e', seq: 10, payload: { s: {} }, ...fields })

/** Each follows the position 9 of the epoch `e`. */
const MISTAKES: readonly Mistake[] = [
  {
    code: 'bad_frame',
    // A relay that does not tell text from binary reads it as text.
    orCode: 'bad_json',
    what: 'a binary frame without a header',
    frame: Buffer.from([1, 2, 3]),
  },
  { code: 'bad_frame', what: 'a JSON text that is no object', frame: '[]' },
  { code: 'bad_json', what: 'a text that is not JSON', frame: '{' },
  {
    code: 'bad_json',
    what: 'a number beyond the range of doubles',
    frame: '{"type":"config_update","epoch":"e","seq":10,"payload":{"s":{"a":1e999}}}',
  },
  {
    code: 'too_deep',
    what: 'more than 500 levels',
    frame: `{"type":"config_update","epoch":"e","seq":10,"payload":{"s":{"a":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}}}`,
  },
  { code: 'bad_type', what: 'an unknown type', frame: '{"type":"nope"}' },
  {
    code: 'bad_payload',
    what: 'no payload',
    frame: '{"type":"config_update","epoch":"e","seq":10}',
  },
  { code: 'bad_payload', what: 'a store that is no object', frame: update({ payload: { s: [] } }) },
  { code: 'bad_patch', what: 'a patch that is null', frame: update({ patch: null }) },
  {
    code: 'bad_position',
    what: 'an epoch of 65 characters',
    frame: update({ epoch: 'e'.repeat(65) }),
  },
  { code: 'bad_position', what: 'a seq that is no integer', frame: update({ seq: 1.5 }) },
  {
    code: 'gap',
    what: 'a config_update that skips a seq',
    frame: update({ seq: 12 }),
    asksForState: true,
  },
  { code: 'old_seq', what: 'a config_update with a seq of before', frame: update({ seq: 9 }) },
  {
    code: 'old_seq',
    what: 'a session_update before the state that the relay holds',
    frame: JSON.stringify(session('e', 0, { a: 0 })),
  },
  {
    code: 'reserved_key',
    what: 'the key __proto__',
    frame: '{"type":"config_update","epoch":"e","seq":10,"payload":{"s":{"a":{"__proto__":1}}}}',
    isForwarded: true,
  },
]

const errorOf = ({ payload }: AnyMessage) =>
  payload['error'] as { code?: unknown; reason?: unknown } | undefined

async function checkMistake(
  { host, viewer, settled }: RelayStage,
  { code, orCode, frame, isForwarded = false, asksForState = false }: Mistake,
): Promise<void> {
  const publisher = await host()
  publisher.send(session('e', 1, { a: 1, fill: 'x'.repeat(500) }))
  for (let seq = 2; seq <= 9; seq++) publisher.send(config('e', seq, { a: seq }))
  await settled(9)
  const watcher = await viewer({ position: { epoch: 'e', seq: 9 } })
  await watcher.until(isStatus, 'a viewer gets a status')
  if (typeof frame === 'string') publisher.send(frame)
  else publisher.sendBytes(frame)
  const answer = await publisher.until(
    (message) => errorOf(message) !== undefined,
    `the host gets a status with an error of the code ${code}`,
  )
  const error = errorOf(answer)!
  expectThat(
    error.code === code || (orCode !== undefined && error.code === orCode),
    `the code of the error is ${code}${orCode ? ` or ${orCode}` : ''}`,
    error,
  )
  expectThat(
    typeof error.reason === 'string' && error.reason !== '',
    'the error has a reason',
    error,
  )
  if (asksForState)
    await publisher.until(
      ({ payload }) => payload['want'] === 'session_update',
      'the host gets a status with "want": "session_update"',
    )
  if (isForwarded) await watcher.until(stateAt(10), 'a viewer receives the message')
  const last = isForwarded ? 11 : 10
  publisher.send(asksForState ? session('e', last, { a: 'end' }) : config('e', last, { a: 'end' }))
  await watcher.until(stateAt(last), 'a viewer receives the next valid message')
  expectEqual(
    watcher.of('config_update').length + watcher.of('session_update').length,
    isForwarded ? 2 : 1,
    'the number of state messages that a viewer received',
  )
}

const answersMistake = (mistake: Mistake, index: number): RelayRequirement => ({
  id: `answers-${mistake.code.replaceAll('_', '-')}-${MISTAKES.slice(0, index).filter(({ code }) => code === mistake.code).length + 1}`,
  rule: 'R7',
  section: 'Mistakes of a host',
  title: `answers ${mistake.what} with ${mistake.code}, and ${mistake.isForwarded ? 'forwards it' : 'drops it'}`,
  check: (stage) => checkMistake(stage, mistake),
})

export const MISTAKES_OF_HOSTS: readonly RelayRequirement[] = [
  ...MISTAKES.map(answersMistake),
  {
    id: 'answers-changed-state',
    rule: 'R7',
    section: 'Mistakes of a host',
    title: 'answers a session_update with another state at the same position with changed_state',
    async check({ host, viewer, settled }) {
      const publisher = await host()
      publisher.send(session('e', 1, { a: 1 }))
      await settled(1)
      publisher.send(session('e', 1, { a: 'another' }))
      const answer = await publisher.until(
        (message) => errorOf(message) !== undefined,
        'the host gets a status with an error',
      )
      expectEqual(errorOf(answer)!.code, 'changed_state', 'the code of the error')
      const late = await viewer()
      await late.until(at(1), 'a new viewer receives the state')
      expectEqual(
        late.of('session_update'),
        [session('e', 1, { a: 1 })],
        'the state of new viewers',
      )
    },
  },
  {
    id: 'answers-at-a-bounded-rate',
    rule: 'R7',
    section: 'Mistakes of a host',
    title: 'answers a mistake of one kind at most once in 15 s on a connection',
    async check({ host, viewer }) {
      const publisher = await host()
      for (let count = 0; count < 20; count++) publisher.send('{"type":"nope"}')
      publisher.send(session('e', 1, { a: 1 }))
      const watcher = await viewer()
      await watcher.until(at(1), 'a viewer receives the state')
      await pause(100)
      expectEqual(
        publisher.of('status').filter((message) => errorOf(message)).length,
        1,
        'the number of answers to 20 mistakes',
      )
    },
  },
  {
    id: 'survives-invalid-messages',
    rule: 'R7',
    section: 'Mistakes of a host',
    title: 'drops invalid messages of a host, stays connected, and applies the next valid one',
    async check({ host, viewer }) {
      const publisher = await host()
      const watcher = await viewer()
      for (const junk of ['{', '[]', '{"type":"nope"}', '{"type":"session_update","payload":{}}'])
        publisher.send(junk)
      publisher.sendBytes(Buffer.from([1, 2, 3]))
      publisher.send('{"type":"config_update","epoch":"e","seq":1,"payload":{"s":[]}}')
      publisher.send(session('e', 1, { a: 1 }))
      await watcher.until(at(1), 'a viewer receives the valid state')
      expectEqual(watcher.of('session_update'), [session('e', 1, { a: 1 })], 'the whole states')
      expectThat(
        publisher.socket.readyState === publisher.socket.OPEN,
        'the host is still connected',
        'the connection is closed',
      )
    },
  },
  {
    id: 'ignores-viewers',
    rule: 'R10',
    section: 'Relays',
    title:
      'ignores what viewers send, and closes only a viewer that sends a message that is too long',
    async check({ host, viewer }) {
      const publisher = await host()
      publisher.send(session('e', 1, { a: 1 }))
      const [noisy, quiet, loud] = [await viewer(), await viewer(), await viewer()]
      for (const client of [noisy, quiet, loud])
        await client.until(at(1), 'a viewer receives the state')
      noisy.send(session('evil', 9, { a: 'hacked' }))
      noisy.sendBytes(Buffer.alloc(1024))
      loud.send('x'.repeat(1024 * 1024))
      const { code } = await loud.untilClosed('the relay closes a viewer that sends 1 MiB')
      expectThat([1009, 4029, 1006].includes(code), 'the close code is 1009 or 4029', code)
      publisher.send(config('e', 2, { a: 2 }))
      for (const client of [noisy, quiet])
        await client.until(at(2), 'the other viewers receive the next change')
      expectThat(
        !quiet.frames.join().includes('hacked'),
        'viewers get nothing from other viewers',
        quiet.frames,
      )
    },
  },
]
