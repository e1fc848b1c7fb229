import { useEventListener } from '@vueuse/core'

export interface PageLifecycleOptions {
  /** Milliseconds hidden before `onPause`. */
  pauseAfter: number
  /** Nobody looks any more: the page may be frozen, discarded or left without another word. */
  onHide: () => void
  /** The page has been hidden for long, is about to be frozen, or is being left. */
  onPause: () => void
  /**
   * The page is looked at again, or the network has changed under it.
   * @param doubtful the socket may be dead although it says open
   */
  onWake: (doubtful: boolean) => void
}

/** A socket that was away no longer than this is trusted: nothing suspends a page so soon. */
const TRUSTED_MS = 5000

/** Not in TypeScript's DOM, nor in every browser. */
interface NetworkInformation extends EventTarget {
  type?: string
}

/** Follows the page's visibility, the back/forward cache and the network. Gives the function that stops it. */
export function followPage(options: PageLifecycleOptions): () => void {
  const { pauseAfter, onHide, onPause, onWake } = options
  let hiddenAt: number | undefined
  let doubtful = false
  let timer: ReturnType<typeof setTimeout> | undefined

  function hide(): void {
    clearTimeout(timer)
    hiddenAt = Date.now()
    onHide()
  }
  function leave(): void {
    hide()
    onPause()
  }
  function wake(): void {
    clearTimeout(timer)
    onWake(doubtful || (hiddenAt !== undefined && Date.now() - hiddenAt > TRUSTED_MS))
    hiddenAt = undefined
    doubtful = false
  }
  /** A page that nobody looks at remembers its doubt, and dials when it is looked at. */
  function doubt(): void {
    doubtful = true
    if (!document.hidden) wake()
  }

  const network = (globalThis.navigator as { connection?: NetworkInformation } | undefined)
    ?.connection
  let type = network?.type
  const stops = [
    useEventListener(document, 'visibilitychange', () => {
      if (!document.hidden) return wake()
      hide()
      timer = setTimeout(onPause, pauseAfter)
    }),
    // Timers stop in a frozen page, so the pause cannot wait for its own.
    useEventListener(document, 'freeze', leave),
    useEventListener(document, 'resume', doubt),
    // A page with an open socket is not let into every back/forward cache.
    useEventListener(window, 'pagehide', leave),
    // iOS may come back from the back/forward cache with this event alone.
    useEventListener(window, 'pageshow', ({ persisted }) => {
      if (persisted) doubt()
    }),
    useEventListener(window, 'online', doubt),
    // Not believed as such: a relay on this very machine needs no network. A fresh dial tells.
    useEventListener(window, 'offline', doubt),
    // Fires for every new estimate of the speed too.
    ...(network
      ? [
          useEventListener(network, 'change', () => {
            if (network.type === type) return
            type = network.type
            doubt()
          }),
        ]
      : []),
  ]
  return () => {
    clearTimeout(timer)
    for (const stop of stops) stop()
  }
}
