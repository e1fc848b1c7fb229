import type { Backplane } from './backplane.ts'
import type { Session } from '../session/session.ts'

export interface HostClaimOptions {
  name: string
  session: Session
  backplane: Pick<Backplane, 'id' | 'now' | 'claim'>
  /** Called when the host on this node has its term. */
  onGranted: () => Promise<void>
  /** Called when a later host was admitted on another node. */
  onSuperseded: () => void
}

/**
 * The claim of the host on this node to be the only host of the session. The shared store orders hosts by
 * terms: the host with the highest term is the host.
 */
export interface HostClaim {
  /** The term of the host on this node; `undefined` until it is granted, and without a host. */
  readonly term: number | undefined
  /** The highest term that any node has reported; 0 for none. */
  readonly highest: number
  /**
   * Starts over: a host connected to this node, or left it. Claims under way become void.
   *
   * @param epoch of the state that the host announced
   */
  reset: (epoch?: string) => void
  /** Claims the session for the host on this node. Resolves when the claim is settled or could not be made. */
  request: () => Promise<void>
  observe: (term: number) => void
  /** Gives up the term. */
  surrender: () => void
}

export function createHostClaim(options: HostClaimOptions): HostClaim {
  const { name, session, backplane, onGranted, onSuperseded } = options
  let term: number | undefined
  let highest = 0
  let resets = 0
  /** Identifies the connection of the host on this node. */
  let holder = ''
  let since = 0
  let epoch: string | undefined

  return {
    get term() {
      return term
    },
    get highest() {
      return highest
    },
    reset(announced) {
      resets++
      epoch = announced
      term = undefined
      since = backplane.now()
      holder = `${backplane.id}.${resets}`
    },
    async request() {
      const claimed = holder
      try {
        const granted = await backplane.claim(name, { holder, term, since, epoch })
        if (claimed !== holder || !session.hasHost) return
        if (granted === undefined || granted < highest) return onSuperseded()
        term = highest = granted
        await onGranted()
      } catch {
        // It is repeated when the other nodes can be reached again.
      }
    },
    observe(reported) {
      highest = Math.max(highest, reported)
    },
    surrender() {
      term = undefined
    },
  }
}
