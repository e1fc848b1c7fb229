import { useEventListener } from '@vueuse/core'

export interface PageLifecycleOptions {
  /** Milliseconds hidden before `onPause`. */
  pauseAfter: number
  /** The page has been hidden for long: nobody looks. */
  onPause: () => void
  /**
   * The page is looked at again, or the network is back.
   * @param doubtful the socket may be dead although it says open
   */
  onWake: (doubtful: boolean) => void
}

/** A socket that was away no longer than this is trusted: nothing suspends a page so soon. */
const TRUSTED_MS = 5000

/** Follows the page's visibility, the back/forward cache and the network. Gives the function that stops it. */
export function followPage({ pauseAfter, onPause, onWake }: PageLifecycleOptions): () => void {
  let hiddenAt: number | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  const stops = [
    useEventListener(document, 'visibilitychange', () => {
      clearTimeout(timer)
      if (document.hidden) {
        hiddenAt = Date.now()
        timer = setTimeout(onPause, pauseAfter)
      } else {
        onWake(hiddenAt !== undefined && Date.now() - hiddenAt > TRUSTED_MS)
        hiddenAt = undefined
      }
    }),
    // iOS may come back from the back/forward cache with this event alone.
    useEventListener(window, 'pageshow', ({ persisted }) => {
      if (persisted) onWake(true)
    }),
    useEventListener(window, 'online', () => onWake(true)),
  ]
  return () => {
    clearTimeout(timer)
    for (const stop of stops) stop()
  }
}
