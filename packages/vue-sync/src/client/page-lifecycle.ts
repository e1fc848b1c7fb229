import { LONGEST_WAIT } from '../protocol/index.ts'

export interface PageLifecycleOptions {
  /** `onPause` is called when the page was hidden for this many milliseconds, or never with `Infinity`. */
  pauseAfter: number
  /** The page became hidden. It may be frozen or discarded without another event. */
  onHide: () => void
  /** The page was hidden for long, is about to be frozen, or is being left. */
  onPause: () => void
  /**
   * The page is visible again, or the network has changed.
   *
   * @param doubtful the socket may be dead although its `readyState` is open
   */
  onWake: (doubtful: boolean) => void
}

/** After a shorter time in the background the socket still works, because no system suspends a page so soon. */
const TRUSTED_MS = 5000

/** Missing from TypeScript's DOM types and from some browsers. */
interface NetworkInformation extends EventTarget {
  type?: string
}

/**
 * Follows the page's visibility, the back/forward cache and the network, where there is a page. Gives a function that
 * stops it.
 */
export function followPage(options: PageLifecycleOptions): () => void {
  if (typeof document === 'undefined') return () => {}
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
  /** A hidden page does not dial before it is visible again. */
  function doubt(): void {
    doubtful = true
    if (!document.hidden) wake()
  }

  const network = (globalThis.navigator as { connection?: NetworkInformation } | undefined)
    ?.connection
  let type = network?.type
  const stop = new AbortController()
  const { signal } = stop
  // Not VueUse's: that stops with the component whose setup calls `connect`, but the viewer is the app's.
  const on = (target: EventTarget, event: string, listener: (event: Event) => void): void =>
    target.addEventListener(event, listener, { signal })
  on(document, 'visibilitychange', () => {
    if (!document.hidden) return wake()
    hide()
    if (pauseAfter < LONGEST_WAIT) timer = setTimeout(onPause, pauseAfter)
  })
  // Timers do not run in a frozen page, so the pause must come now.
  on(document, 'freeze', leave)
  on(document, 'resume', doubt)
  // Some browsers keep a page with an open socket out of the back/forward cache.
  on(window, 'pagehide', leave)
  // On iOS this may be the only event when the page returns from the back/forward cache.
  on(window, 'pageshow', (event) => {
    if ((event as PageTransitionEvent).persisted) doubt()
  })
  on(window, 'online', doubt)
  // `offline` is not proof: a relay on this machine needs no network. A new dial finds out.
  on(window, 'offline', doubt)
  // Also fires for each new estimate of the speed.
  if (network)
    on(network, 'change', () => {
      if (network.type === type) return
      type = network.type
      doubt()
    })
  return () => {
    clearTimeout(timer)
    stop.abort()
  }
}
