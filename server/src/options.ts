import { DEFAULT_PORT } from 'vue-sync/protocol'
import { RELAY_DEFAULTS } from './relay-options.ts'

export interface SyncServerOptions {
  /** TCP port; 0 lets the system choose. @default 9876 */
  port?: number
  /** Address to bind. @default '0.0.0.0' */
  host?: string
  /** Opens publishing. @default generated */
  hostKey?: string
  /** Opens viewing. @default generated, none with `open` */
  viewerKey?: string
  /** Viewers need no key. @default false */
  open?: boolean
  /** Deltas kept for viewers that resume; at least 16. @default 64 */
  capacity?: number
  /** The built viewer app, served at `/`. @default none */
  viewerDir?: string
  /** Where warnings go. @default console.warn */
  warn?: (text: string) => void
}

export const SERVER_DEFAULTS = {
  port: DEFAULT_PORT,
  host: '0.0.0.0',
  open: false,
  capacity: RELAY_DEFAULTS.capacity,
} satisfies SyncServerOptions

/** A mistake that one line tells: what is wrong and what to do. */
export class UsageError extends Error {
  constructor(text: string) {
    super(`[vue-sync] ${text}`)
    this.name = 'UsageError'
  }
}

function checkInteger(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new UsageError(`${name} must be an integer from ${least} to ${most}, not ${value}.`)
}

/** @throws UsageError naming the option */
export function checkOptions(options: SyncServerOptions): void {
  const { port, capacity, open, viewerKey, hostKey } = { ...SERVER_DEFAULTS, ...options }
  checkInteger('port', port, 0, 65_535)
  checkInteger('capacity', capacity, 16, 100_000)
  if (hostKey === '') throw new UsageError('hostKey is empty. Leave it out to have one generated.')
  if (viewerKey === '')
    throw new UsageError('viewerKey is empty. Leave it out to have one generated, or use open.')
  if (open && viewerKey !== undefined)
    throw new UsageError('viewerKey and open exclude each other. Give one of them.')
}
