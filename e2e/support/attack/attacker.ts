import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** What a client without a key does to a relay. Each goes on until the time is over. */
export const ATTACKS = [
  /** Requests files on few connections, and reads no answer. */
  'pipelining without reading',
  /** Opens more connections than there are file descriptors, and says half a request on each. */
  'holding connections',
  /** Opens sockets with wrong keys as fast as it can. */
  'flooding upgrades',
  /** Opens a socket for each of 1,000 session names, and never answers a close frame. */
  'a thousand session names',
  /** Sends wrong codes, a hundred at the same time. */
  'parallel codes',
  /** Sends pings behind each handshake, and reads nothing. */
  'pings',
  /** Claims to be a host with a wrong key, and sends the longest message. */
  'wrong host keys with large messages',
] as const
export type Attack = (typeof ATTACKS)[number]

export interface AttackOrder {
  attack: Attack
  port: number
  /** The loopback address to attack from. */
  address: string
  /** A file of the viewer, the larger the better. */
  file: string
  seconds: number
}

export interface AttackReport {
  /** Connections that were opened. */
  connections: number
  /** Connections that the relay closed. */
  closed: number
  /** Bytes that were handed to the system. */
  sent: number
}

export interface Attacker {
  /** Resolves when the time is over. @throws Error when the attacker failed */
  run: (order: AttackOrder) => Promise<AttackReport>
  stop: () => Promise<void>
}

const MAIN = fileURLToPath(new URL('attacker-main.ts', import.meta.url))

/** Starts the attacker in its own process. It has a low priority, since it would run on another machine. */
export function startAttacker(): Attacker {
  const child: ChildProcess = spawn(
    'nice',
    ['-n', '19', process.execPath, '--no-warnings', '--conditions=@vue-sync/source', MAIN],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  )
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the attacker ended: ${String(code ?? signal)}`)
  })
  ended.catch(() => {})
  return {
    async run(order) {
      child.send(order)
      const [report] = await Promise.race([once(child, 'message'), ended])
      return report as AttackReport
    },
    async stop() {
      child.kill('SIGKILL')
      await ended.catch(() => {})
    },
  }
}
