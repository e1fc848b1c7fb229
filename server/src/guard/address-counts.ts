import { clientOf } from './rate-limit.ts'

const WINDOW_MS = 60_000
/** Addresses counted per window. Beyond that, the counts themselves would be used to fill the memory. */
const MAX_ADDRESSES = 100_000

/** Counts per client address: the viewers that are connected, and the connections of this minute. */
export interface AddressCounts {
  /** Counts a connection and returns how many this client opened in this minute. */
  countConnection: (address: string) => number
  /** How many connections this client opened in this minute. */
  connectionsOf: (address: string) => number
  viewersOf: (address: string) => number
  addViewer: (address: string) => void
  removeViewer: (address: string) => void
}

/** @param now a clock in milliseconds; only differences matter */
export function createAddressCounts(now: () => number = Date.now): AddressCounts {
  const viewers = new Map<string, number>()
  let connections = new Map<string, number>()
  let since = Number.NEGATIVE_INFINITY

  const viewersOf = (address: string): number => viewers.get(clientOf(address)) ?? 0

  function startWindow(): void {
    if (now() - since < WINDOW_MS && connections.size < MAX_ADDRESSES) return
    since = now()
    connections = new Map()
  }

  return {
    connectionsOf(address) {
      startWindow()
      return connections.get(clientOf(address)) ?? 0
    },
    countConnection(address) {
      startWindow()
      const client = clientOf(address)
      const count = (connections.get(client) ?? 0) + 1
      connections.set(client, count)
      return count
    },
    viewersOf,
    addViewer: (address) => void viewers.set(clientOf(address), viewersOf(address) + 1),
    removeViewer(address) {
      const count = viewersOf(address) - 1
      if (count > 0) viewers.set(clientOf(address), count)
      else viewers.delete(clientOf(address))
    },
  }
}
