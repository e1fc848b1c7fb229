import {
  applyPatch,
  decodeFrame,
  isRecord,
  judge,
  type Message,
  type Payload,
  type Position,
} from '@vue-sync/vue/protocol'
import { WebSocket } from 'ws'
import type { StartProgram } from '../src/conformance/programs/program.ts'

/** What a faulty viewer does wrong. */
export type ViewerFault =
  | 'no key'
  | 'ignores epochs'
  | 'ignores gaps'
  | 'applies partly'
  | 'drops __proto__'
  | 'ignores what does not fit'
  | 'keeps removed values'
  | 'is always current'
  | 'ends at junk'
  | 'greets'
  | 'shows unknown codecs'
  | 'returns after 4403'
  | 'returns at once'
  | 'forgets its position'

const WAIT_MS = 1700

/** A viewer in this process that has one fault, or none. */
export function sampleViewer(fault?: ViewerFault): StartProgram {
  return ({ url, key }) => {
    const lines: string[] = []
    let state: Payload | undefined
    let position: Position | undefined
    let current = false
    let hasEnded = false
    let socket: WebSocket
    let timer: NodeJS.Timeout | undefined
    let retriedAt = 0
    /** Positions at which a message did not fit, since the last one that did. */
    let unfit = new Set<string>()

    function show(isCurrent: boolean): void {
      const before = lines.at(-1)
      current = fault === 'is always current' || isCurrent
      const line = JSON.stringify({ state, current })
      if (state && line !== before) lines.push(line)
    }
    function retry(at?: Position): void {
      const again = at && unfit.has(`${at.seq}`)
      if (at) unfit.add(`${at.seq}`)
      const wait = again ? 5000 : Date.now() - retriedAt < 5000 ? WAIT_MS : 0
      retriedAt = Date.now()
      socket.removeAllListeners('close')
      socket.close()
      timer = setTimeout(dial, wait)
    }
    function apply(message: Message & Position): void {
      const payload = message.payload as Payload
      if (message.type === 'session_update') {
        state = fault === 'keeps removed values' ? { ...state, ...payload } : payload
      } else {
        const merged: { [key: string]: never } = { ...(state as object) }
        for (const [id, fields] of Object.entries(payload))
          merged[id] = { ...(Object.hasOwn(merged, id) ? merged[id]! : {}), ...fields } as never
        const patch = (message as { patch?: never[] }).patch ?? []
        if (fault === 'applies partly') {
          state = applyPatch(merged, patch.slice(0, 1)) as unknown as Payload
          show(current)
        }
        const result = applyPatch(merged, patch) as unknown as Payload
        if (!Object.values(result).every(isRecord)) throw new Error('a store')
        state = result
        unfit = new Set()
      }
      if (fault === 'drops __proto__')
        state = JSON.parse(JSON.stringify(state).replaceAll('__proto__', 'proto')) as Payload
      position = { epoch: message.epoch, seq: message.seq }
    }
    async function read(data: Buffer, isBinary: boolean): Promise<void> {
      let message: Message | undefined
      try {
        message = isBinary
          ? await decodeFrame(new Uint8Array(data), [])
          : (JSON.parse(String(data)) as Message)
      } catch {
        if (fault === 'ends at junk') return stop()
        if (!isBinary) return
        if (fault === 'shows unknown codecs') {
          state = { board: { title: 'wrong' } } as never
          return show(current)
        }
        return stop()
      }
      if (!isRecord(message) || !isRecord(message['payload'])) return
      if (message.type === 'status') {
        const { host, behind } = message.payload as { host?: string; behind?: boolean }
        const verdict = message.epoch === undefined ? 'ignore' : judge(position, message)
        if (verdict === 'gap' && fault !== 'ignores gaps') return retry()
        const isHere = message.epoch === position?.epoch && message.seq === position?.seq
        return show(host === 'online' && behind !== true && isHere)
      }
      if (message.type !== 'session_update' && message.type !== 'config_update') return
      const at = message as Message & Position
      if (typeof at.epoch !== 'string' || !(at.seq >= 0)) return
      if (fault === 'ignores epochs' && position && at.type === 'config_update')
        at.epoch = position.epoch
      const verdict = at.type === 'session_update' ? 'apply' : judge(position, at)
      if (verdict === 'ignore' || (verdict === 'gap' && fault === 'ignores gaps')) return
      if (verdict === 'gap') return retry()
      try {
        if (!Object.values(at.payload).every(isRecord)) throw new Error('a store')
        JSON.stringify(at.payload, (_, value: unknown) => {
          if (value === Infinity) throw new Error('a number')
          return value
        })
        apply(at)
        show(current)
      } catch {
        if (fault === 'ignores what does not fit') return
        position = undefined
        retry(at)
      }
    }
    function dial(): void {
      const query =
        position && fault !== 'forgets its position'
          ? `?epoch=${encodeURIComponent(position.epoch)}&seq=${position.seq}`
          : ''
      const token = `token.${Buffer.from(fault === 'no key' ? 'wrong' : key).toString('base64url')}`
      socket = new WebSocket(url + query, ['vue-sync.viewer.v1', token])
      socket.on('error', () => {})
      if (fault === 'greets') socket.on('open', () => socket.send('hello'))
      let reading = Promise.resolve()
      socket.on('message', (data: Buffer, isBinary) => {
        reading = reading.then(() => read(data, isBinary))
      })
      socket.on('close', (code) => {
        show(false)
        const isOver = code >= 4400 && code <= 4499
        if (isOver && !(fault === 'returns after 4403' && code === 4403)) return
        timer = setTimeout(dial, fault === 'returns at once' ? 0 : WAIT_MS)
      })
    }
    function stop(): void {
      hasEnded = true
      clearTimeout(timer)
      socket.removeAllListeners('close')
      socket.close()
    }
    dial()
    return {
      lines,
      errors: '',
      get hasEnded() {
        return hasEnded
      },
      write: () => {},
      async stop() {
        stop()
        socket.terminate()
      },
    }
  }
}
