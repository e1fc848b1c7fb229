import { hashOf, type Payload } from '@vue-sync/vue/protocol'
import { isDeepStrictEqual } from 'node:util'
import { WebSocket } from 'ws'
import type { StartProgram } from '../src/conformance/programs/program.ts'

/** What a faulty host does wrong. */
export type HostFault =
  | 'speaks first'
  | 'has one epoch'
  | 'keeps its seq'
  | 'skips a seq'
  | 'ignores want'
  | 'raises seq for want'
  | 'keeps removed fields'
  | 'forgets its position'
  | 'sends a wrong hash'
  | 'repeats itself after an error'
  | 'returns after 4409'

const WAIT_MS = 1700
let starts = 0

function isSame(one: object, other: object): boolean {
  return isDeepStrictEqual(Object.keys(one), Object.keys(other))
}

/** A host in this process that has one fault, or none. It sends whole fields and no patch. */
export function sampleHost(fault?: HostFault): StartProgram {
  return ({ url, key }) => {
    const epoch = fault === 'has one epoch' ? 'same' : `sample-${starts++}`
    let state: Payload | undefined
    let seq = 0
    let hashed = -1
    let isGreeted = false
    let socket: WebSocket
    let timer: NodeJS.Timeout | undefined

    function send(type: string, rest: object): void {
      if (isGreeted) socket.send(JSON.stringify({ type, epoch, seq, ...rest }))
    }
    const sendWhole = (): void => state && send('session_update', { payload: state })

    function publish(next: Payload): void {
      if (isDeepStrictEqual(state, next)) return
      const before = state
      state = next
      if (fault !== 'keeps its seq' || seq === 0) seq += fault === 'skips a seq' && seq > 0 ? 2 : 1
      const isSmall =
        before !== undefined &&
        isSame(before, next) &&
        Object.entries(next).every(([id, fields]) =>
          fault === 'keeps removed fields'
            ? Object.keys(fields).every((field) => Object.hasOwn(before[id]!, field))
            : isSame(before[id]!, fields),
        )
      if (isSmall) send('config_update', { payload: next })
      else sendWhole()
    }
    function read(data: Buffer): void {
      const message = JSON.parse(String(data)) as { type: string; payload: Record<string, unknown> }
      if (message.type !== 'status') return
      const { want, error } = message.payload
      const isFirst = !isGreeted
      isGreeted = true
      if (want && fault !== 'ignores want') {
        if (fault === 'raises seq for want' && !isFirst) seq++
        return sendWhole()
      }
      if (error && fault === 'repeats itself after an error') return sendWhole()
      if (isFirst || !state || hashed === seq) return
      hashed = seq
      const hash = hashOf(state, new WeakMap()) + (fault === 'sends a wrong hash' ? 1 : 0)
      send('status', { payload: { hash } })
    }
    function dial(): void {
      isGreeted = false
      const query = seq > 0 && fault !== 'forgets its position' ? `?epoch=${epoch}&seq=${seq}` : ''
      const token = `token.${Buffer.from(key).toString('base64url')}`
      socket = new WebSocket(url + query, ['vue-sync.host.v1', token])
      socket.on('error', () => {})
      socket.on('message', read)
      if (fault === 'speaks first')
        socket.on('open', () => socket.send('{"type":"status","payload":{"name":"early"}}'))
      socket.on('close', (code) => {
        isGreeted = false
        const isOver = code >= 4400 && code <= 4499
        if (isOver && !(fault === 'returns after 4409' && code === 4409)) return
        timer = setTimeout(dial, WAIT_MS)
      })
    }
    dial()
    return {
      lines: [],
      errors: '',
      hasEnded: false,
      write: (line) => publish(JSON.parse(line) as Payload),
      async stop() {
        clearTimeout(timer)
        socket.removeAllListeners('close')
        socket.terminate()
      },
    }
  }
}
