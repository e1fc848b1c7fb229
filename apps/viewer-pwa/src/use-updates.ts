import { useEventListener, useIntervalFn } from '@vueuse/core'
import { type Ref, shallowRef } from 'vue'
import { Workbox } from 'workbox-window'

export interface UseUpdatesReturn {
  /** A new version is installed. It starts with `apply`, or when the page is hidden. */
  ready: Readonly<Ref<boolean>>
  /** The browser refuses a service worker, because it does not trust the certificate of this https page. */
  untrusted: Readonly<Ref<boolean>>
  apply: () => void
  /** Checks for a new version now. */
  check: () => void
}

/** Checks this often, because a viewer on a wall is never reloaded by hand. */
const CHECK_MS = 60 * 60 * 1000

/** Keeps the app shell for offline use, and updates it when that does not interrupt the show. */
export function useUpdates(): UseUpdatesReturn {
  const ready = shallowRef(false)
  const untrusted = shallowRef(false)
  if (!import.meta.env.PROD || !('serviceWorker' in navigator))
    return { ready, untrusted, apply: () => {}, check: () => {} }

  const workbox = new Workbox('/sw.js')
  let asked = false
  /** Another tab has started the new version, and this one still runs the old. */
  let replaced = false

  function apply(): void {
    asked = true
    if (replaced) location.reload()
    else workbox.messageSkipWaiting()
  }

  workbox.addEventListener('waiting', () => {
    ready.value = true
    if (document.hidden) apply()
  })
  workbox.addEventListener('controlling', ({ isUpdate }) => {
    if (!isUpdate) return
    replaced = ready.value = true
    if (asked || document.hidden) location.reload()
  })
  useEventListener(document, 'visibilitychange', () => {
    if (document.hidden && ready.value) apply()
  })

  const check = (): void => void workbox.update().catch(() => {})
  useIntervalFn(check, CHECK_MS)
  workbox.register().catch(() => {
    untrusted.value = location.protocol === 'https:' && !navigator.serviceWorker.controller
  })
  return { ready, untrusted, apply, check }
}
