/** The viewers of a followed session that are relays themselves, and how many relays there are behind each. */
export interface RelaysBehind {
  /** How many relays follow each other up to the upstream relay: 1 more than behind any viewer. */
  readonly hops: number
  /**
   * Adds a viewer. Returns a function that must be called when it has left.
   *
   * @param refuse closes it, also at once if the upstream relay has refused so many relays before
   */
  add: (behind: number, refuse: () => void) => () => void
  /**
   * Must be called when the upstream relay has refused a connection that stated so many relays. Refuses the viewers that
   * were the reason. Returns `false` if there were none, because not even this relay is admitted.
   */
  refuseFrom: (hops: number) => boolean
}

export function createRelaysBehind(): RelaysBehind {
  const relays = new Set<{ behind: number; refuse: () => void }>()
  /** So many were refused. It only falls, so relays in a circle come to an end. */
  let tooMany = Number.POSITIVE_INFINITY

  const countHops = (): number => 1 + Math.max(0, ...[...relays].map(({ behind }) => behind))
  return {
    get hops() {
      return countHops()
    },
    add(behind, refuse) {
      const relay = { behind, refuse }
      if (behind + 1 >= tooMany) refuse()
      else relays.add(relay)
      return () => void relays.delete(relay)
    },
    refuseFrom(hops) {
      if (hops === 1) return false
      tooMany = hops
      for (const relay of relays) {
        if (relay.behind + 1 < hops) continue
        relays.delete(relay)
        relay.refuse()
      }
      return true
    },
  }
}
