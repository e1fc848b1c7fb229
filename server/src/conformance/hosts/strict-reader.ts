import {
  applyPatch,
  decodeFrame,
  hashOf,
  isPosition,
  isRecord,
  type Json,
  parseJson,
  type PatchOperation,
  type Payload,
  type Position,
  put,
} from '@vue-sync/vue/protocol'
import { isDeepStrictEqual } from 'node:util'
import { describeValue } from '../core/expectations.ts'

export interface Problem {
  /** The numbered requirement that the host does not meet. */
  rule: string
  text: string
}

/** What the reader has of a host. */
export interface StrictReader {
  readonly state: Payload | undefined
  readonly position: Position | undefined
  /** Mistakes against what a host MUST do. */
  readonly problems: Problem[]
  /** Mistakes against what a host SHOULD do. */
  readonly advice: Problem[]
  /** Payloads of the statuses that the host has sent. */
  readonly statuses: Record<string, unknown>[]
  /** State messages so far: the type, the position, and the bytes of the frame. */
  readonly messages: { type: string; seq: number; bytes: number; hasPatch: boolean }[]
  /** Reads one frame. Resolves when it is applied. */
  read: (frame: string | Buffer) => Promise<void>
}

type Fields = Record<string, unknown>
const OPERATIONS = new Set(['add', 'remove', 'replace', 'move'])
const LONGEST_NAME = 80

function isState(value: unknown): value is Payload {
  return isRecord(value) && Object.values(value).every(isRecord)
}

function hasProto(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasProto)
}

/** Applies the payload and then the patch. @throws Error if they do not fit */
function applyChange(state: Payload, payload: Payload, patch: readonly PatchOperation[]): Payload {
  const merged: { [key: string]: Json } = { ...state }
  for (const [id, fields] of Object.entries(payload)) {
    const held = Object.hasOwn(state, id) ? state[id]! : {}
    // A store may be called `__proto__`.
    put(merged, id, Object.fromEntries([...Object.entries(held), ...Object.entries(fields)]))
  }
  const result = applyPatch(merged, patch)
  if (!isState(result)) throw new Error('a store is no object after the patch')
  return result
}

/** @throws Error for a frame that is no message */
async function parse(frame: string | Buffer): Promise<unknown> {
  if (typeof frame === 'string') return parseJson(frame)
  const message = await decodeFrame(new Uint8Array(frame), [])
  if (!message) throw new Error('a binary frame without a valid header and body')
  return message
}

/** Reads the frames of a host as a relay and a viewer do together, and reports all that is wrong with them. */
export function createStrictReader(): StrictReader {
  let state: Payload | undefined
  let position: Position | undefined
  const problems: Problem[] = []
  const advice: Problem[] = []
  const statuses: Fields[] = []
  const messages: StrictReader['messages'] = []
  const report = (rule: string, text: string): void => void problems.push({ rule, text })

  function readStatus(message: Fields): void {
    const { payload } = message
    if (!isRecord(payload)) return report('Messages', 'a status without payload')
    statuses.push(payload)
    const { name, behind, hash } = payload
    if (name !== undefined && name !== null && typeof name !== 'string')
      report('Messages', `the name is ${describeValue(name)}`)
    if (typeof name === 'string' && name.length > LONGEST_NAME)
      report('Limits', `the name has ${name.length} characters`)
    if (behind !== undefined && typeof behind !== 'boolean')
      report('H9', `"behind" is ${describeValue(behind)}`)
    if (hash === undefined || !state) return
    if (!isDeepStrictEqual({ epoch: message['epoch'], seq: message['seq'] }, position))
      return report('H10', `a hash at the position ${describeValue(message['seq'])}`)
    const wanted = hashOf(state, new WeakMap())
    if (hash !== wanted)
      report('H10', `the hash is ${describeValue(hash)} and not ${wanted}, that of the state`)
  }

  function readWhole(at: Position, payload: Payload): void {
    if (position && at.epoch === position.epoch) {
      if (at.seq < position.seq) report('H2', `seq goes back from ${position.seq} to ${at.seq}`)
      if (at.seq === position.seq && !isDeepStrictEqual(payload, state))
        report('H4', `another state at seq ${at.seq}: ${describeValue(payload)}`)
    }
    state = payload
    position = at
  }

  function readChange(at: Position, payload: Payload, patch: unknown): void {
    if (!position || at.epoch !== position.epoch)
      return report('H6', `a config_update of ${at.epoch} before a whole state of this epoch`)
    if (at.seq !== position.seq + 1)
      return report('H6', `a config_update with seq ${at.seq} after ${position.seq}`)
    if (patch !== undefined && !Array.isArray(patch)) return report('H7', 'the patch is no list')
    const operations = (patch ?? []) as PatchOperation[]
    if (patch !== undefined && operations.length === 0)
      advice.push({ rule: 'H8', text: 'an empty patch' })
    for (const { op } of operations)
      if (!OPERATIONS.has(op)) advice.push({ rule: 'H8', text: `the operation ${op}` })
    for (const id of Object.keys(payload))
      if (!Object.hasOwn(state!, id))
        advice.push({ rule: 'H7', text: 'a new store in a config_update' })
    try {
      state = applyChange(state!, payload, operations)
      position = at
    } catch (error) {
      report('H7', `seq ${at.seq} cannot be applied: ${(error as Error).message}`)
    }
  }

  async function read(frame: string | Buffer): Promise<void> {
    let message: unknown
    try {
      message = await parse(frame)
    } catch (error) {
      return report('H3', `a frame that cannot be read: ${(error as Error).message}`)
    }
    if (!isRecord(message)) return report('H3', `a message that is ${describeValue(message)}`)
    const { type, payload, patch } = message
    if (type === 'status') return readStatus(message)
    if (type !== 'session_update' && type !== 'config_update')
      return report('Messages', `a message of the type ${describeValue(type)}`)
    const at = { epoch: message['epoch'], seq: message['seq'] } as Position
    if (!isPosition(at)) return report('H2', `the position ${describeValue(at)}`)
    if (/[\r\n]/.test(at.epoch)) report('H2', 'an epoch with a line break')
    if (!isState(payload)) return report('H3', `the payload ${describeValue(payload)}`)
    if (hasProto(payload)) advice.push({ rule: 'H3', text: 'the key __proto__' })
    const hasPatch = patch !== undefined
    messages.push({ type, seq: at.seq, bytes: Buffer.byteLength(frame), hasPatch })
    if (type === 'session_update') readWhole(at, payload)
    else readChange(at, payload, patch)
  }

  return {
    get state() {
      return state
    },
    get position() {
      return position
    },
    problems,
    advice,
    statuses,
    messages,
    read,
  }
}
