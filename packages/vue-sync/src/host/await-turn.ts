// Loaded only by a host that another one has replaced.

/** A tab that is reloaded takes the session again within this time. */
const RELOAD_MS = 3000
/** Of several waiting tabs, the one with the shortest wait becomes the host. */
const SPREAD_MS = 1000

/**
 * Calls `start` when the tab that has the session is left, and no other tab takes it. It is called once for each tab
 * that leaves, so tabs never take the session from each other in turn.
 *
 * @param name of the channel on which tabs say `true` when they leave, and `false` when they take the session
 * @returns a function that stops waiting
 */
export function awaitTurn(name: string, start: () => void): () => void {
  const channel = new BroadcastChannel(name)
  let timer: ReturnType<typeof setTimeout> | undefined
  channel.addEventListener('message', ({ data: isFree }) => {
    clearTimeout(timer)
    if (isFree) timer = setTimeout(start, RELOAD_MS + SPREAD_MS * Math.random())
  })
  return () => {
    clearTimeout(timer)
    channel.close()
  }
}
