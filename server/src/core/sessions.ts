import { CLOSE, type RelayStatus } from '@vue-sync/vue/protocol'
import type { Backplane } from './shared/backplane.ts'
import { Session, type SessionOptions } from './session/session.ts'
import { SharedSession } from './shared/shared-session.ts'
import type { TokenSigner } from './access/tokens.ts'

export interface SessionsOptions extends Omit<SessionOptions, 'sign' | 'describe'> {
  sign: TokenSigner['sign']
  describe: (session: string) => Omit<RelayStatus, 'clientCount' | 'want'>
  /** @default none: this node is alone */
  backplane?: Backplane | undefined
}

const ENDED = 'Whoever runs the relay ended this session'

/** The sessions that a relay has here. */
export class Sessions {
  readonly #options: SessionsOptions
  readonly #sessions = new Map<string, Session>()
  readonly #shared = new Map<string, SharedSession>()
  /** Those that nobody was connected to an interval ago. */
  #idle = new Set<string>()
  /** Those that are looked at, and how often. */
  readonly #held = new Map<string, number>()
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  /** Once in each interval: what nobody here is connected to is left to the other nodes. */
  async start(): Promise<void> {
    const { backplane } = this.#options
    if (!backplane || this.#timer) return
    this.#timer = setInterval(() => this.#tick(), backplane.interval)
    backplane.onHealth = (isHealthy) => {
      if (!isHealthy) return this.#warnAlone()
      for (const shared of this.#shared.values()) void shared.heal()
    }
    await backplane.start()
    if (!backplane.isHealthy) this.#warnAlone()
  }

  async stop(code: number, reason: string): Promise<void> {
    clearInterval(this.#timer)
    this.#timer = undefined
    for (const session of this.#sessions.values()) session.close(code, reason)
    for (const name of this.#shared.keys()) this.forget(name)
    this.#sessions.clear()
    await this.#options.backplane?.stop()
  }

  get size(): number {
    return this.#sessions.size
  }

  /** The oldest first. */
  entries(): MapIterator<[name: string, session: Session]> {
    return this.#sessions.entries()
  }

  values(): MapIterator<Session> {
    return this.#sessions.values()
  }

  find(name: string): Session | undefined {
    return this.#sessions.get(name)
  }

  shared(name: string): SharedSession | undefined {
    return this.#shared.get(name)
  }

  open(name: string): Session {
    const known = this.#sessions.get(name)
    if (known) return known
    const { sign, describe, backplane, ...options } = this.#options
    const session = new Session({
      ...options,
      sign: (generation, token) => sign(name, generation, token),
      describe: () => describe(name),
    })
    this.#sessions.set(name, session)
    if (backplane) {
      const shared = new SharedSession({ name, session, backplane, now: () => performance.now() })
      shared.onClose = () => this.close(name)
      this.#shared.set(name, shared)
    }
    return session
  }

  /** When what the other nodes have of it is here; `undefined` for now. */
  whenReady(name: string): Promise<void> | undefined {
    const shared = this.#shared.get(name)
    return shared && !shared.isReady ? shared.ready : undefined
  }

  /** Keeps a session here that nobody is connected to, until what it gives is called. */
  hold(name: string): () => void {
    this.#held.set(name, (this.#held.get(name) ?? 0) + 1)
    return () => {
      const left = this.#held.get(name)! - 1
      if (left > 0) this.#held.set(name, left)
      else this.#held.delete(name)
    }
  }

  forget(name: string): void {
    this.#sessions.delete(name)
    this.#shared.get(name)?.leave()
    this.#shared.delete(name)
  }

  /** Ends a session here: nobody dials again, and nothing is kept. */
  close(name: string): void {
    this.#sessions.get(name)?.close(CLOSE.sessionOver, ENDED)
    this.forget(name)
  }

  /** Ends a session on all nodes. Rejects when the others cannot be reached. */
  async end(name: string): Promise<void> {
    const { backplane } = this.#options
    this.close(name)
    backplane?.note(name, { type: 'close', code: CLOSE.sessionOver, reason: ENDED })
    await backplane?.forget(name)
  }

  #warnAlone(): void {
    const { warn, backplane } = this.#options
    const why = backplane?.problem ? ` (${backplane.problem})` : ''
    warn(`The other nodes cannot be reached${why}: serving alone`)
  }

  #tick(): void {
    const idle = new Set<string>()
    for (const [name, shared] of this.#shared) {
      shared.tick()
      if (!this.#sessions.get(name)?.isAbandoned || !shared.isHealthy) continue
      if (this.#held.has(name)) continue
      if (this.#idle.has(name)) this.forget(name)
      else idle.add(name)
    }
    this.#idle = idle
  }
}
