export type FrameKind = 'whole' | 'change' | 'status'

/** A frame in words. */
export interface FrameSummary {
  kind: FrameKind
  title: string
  detail: string
  /** The position of the host that the frame has; `undefined` for a status. */
  seq: number | undefined
}

interface Operation {
  op: string
  path: string
  value?: unknown
}

interface Frame {
  type: string
  seq?: number
  payload: Record<string, unknown>
  patch?: Operation[]
}

const LONGEST_VALUE = 32

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? ''
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text
}

const withoutStore = (path: string): string => path.replace(/^\/[^/]+\//, '')

function describeOperation({ op, path, value }: Operation): string {
  const field = withoutStore(path)
  if (op === 'remove') return `remove ${field}`
  return op === 'add' ? `add ${field} ${short(value)}` : `${field} = ${short(value)}`
}

function describeChange({ payload, patch = [] }: Frame): string {
  const fields = Object.values(payload).flatMap((store) =>
    Object.entries(store as object).map(([field, value]) => `${field} = ${short(value)}`),
  )
  return [...fields, ...patch.map(describeOperation)].join(' · ')
}

function describeStatus(payload: Frame['payload']): string {
  const { host, clientCount, access, want, name, change, hash } = payload
  if (typeof host === 'string') return `the host is ${host}`
  if (want !== undefined) return 'the relay asks for the whole state'
  if (typeof clientCount === 'number')
    return `${clientCount} ${clientCount === 1 ? 'phone' : 'phones'} connected`
  if (access !== undefined || change !== undefined) return 'links that are valid, and revoked ones'
  if (hash !== undefined) return 'a checksum of the whole state'
  if (name !== undefined) return `the session is called ${short(name)}`
  return Object.keys(payload).join(', ')
}

/** Gives a frame of this page in words. Every frame here is JSON, because no codec is in use. */
export function describeFrame(text: string): FrameSummary {
  const frame = JSON.parse(text) as Frame
  const { type, seq, payload } = frame
  if (type === 'session_update')
    return { kind: 'whole', title: 'Whole state', detail: Object.keys(payload).join(', '), seq }
  if (type === 'config_update')
    return { kind: 'change', title: `Change ${seq}`, detail: describeChange(frame), seq }
  return { kind: 'status', title: 'Status', detail: describeStatus(payload), seq: undefined }
}

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} kB`
}
