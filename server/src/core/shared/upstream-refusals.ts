import { CLOSE } from '@vue-sync/vue/protocol'

/** The close code and the reason for viewers here. */
export interface UpstreamRefusal {
  code: number
  reason: string
}

/** The sessions that the upstream relay has just refused to this relay. */
export interface UpstreamRefusals {
  /** Remembers a close code of the upstream relay. Returns what viewers here are told. */
  add: (session: string, code: number, reason: string) => UpstreamRefusal
  find: (session: string) => UpstreamRefusal | undefined
}

/** For so long a session is not asked for again, in milliseconds. */
const REFUSED_MS = 15_000
/** A viewer can ask for any name. */
const MOST_REFUSALS = 1000

export function createUpstreamRefusals(now = () => performance.now()): UpstreamRefusals {
  /** The oldest first. */
  const refusals = new Map<string, UpstreamRefusal & { until: number }>()

  return {
    add(session, code, reason) {
      // A session that is over may begin again.
      if (code === CLOSE.sessionOver) return { code, reason }
      const refusal =
        code === CLOSE.revoked
          ? { code, reason }
          : { code: CLOSE.undecided, reason: 'The relay that this one follows does not admit it' }
      refusals.delete(session)
      refusals.set(session, { ...refusal, until: now() + REFUSED_MS })
      if (refusals.size > MOST_REFUSALS) refusals.delete(refusals.keys().next().value!)
      return refusal
    },
    find(session) {
      const known = refusals.get(session)
      if (!known || known.until > now()) return known
      refusals.delete(session)
      return undefined
    },
  }
}
