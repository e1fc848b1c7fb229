/** The tabs of this browser that may host the same session. */
export interface Tabs {
  /** Tells the other tabs that this one has left the session, or that it takes it. */
  announce: (isFree: boolean) => void
  /** Calls `start` when the tab that has the session is left. Does nothing if `isStillWaiting` gives `false` by then. */
  awaitTurn: (start: () => void, isStillWaiting: () => boolean) => void
  stopWaiting: () => void
}

/** @param address the address of the session, which is the same in all its tabs */
export function createTabs(address: string): Tabs {
  const name = `vue-sync:${address}`
  let stop: (() => void) | undefined
  return {
    announce(isFree) {
      const channel = new BroadcastChannel(name)
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin
      channel.postMessage(isFree)
      channel.close()
    },
    awaitTurn(start, isStillWaiting) {
      void import('./await-turn.ts').then(
        (chunk) => {
          if (isStillWaiting()) stop = chunk.awaitTurn(name, start)
        },
        // Without the chunk the app can still call `start`.
        () => {},
      )
    },
    stopWaiting: () => stop?.(),
  }
}
