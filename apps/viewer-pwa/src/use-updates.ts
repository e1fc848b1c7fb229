import { useEventListener, useIntervalFn } from '@vueuse/core'
import { type Ref, shallowRef } from 'vue'
import { Workbox } from 'workbox-window'

export interface UseUpdatesReturn {
  /** A new version is here; it takes over with `apply`, or when nobody looks. */
  ready: Readonly<Ref<boolean>>
  /** The browser refuses a service worker although the address is one for it: it does not trust the certificate. */
  untrusted: Readonly<Ref<boolean>>
  apply: () => void
  /** Looks for a new version now. */
  check: () => void
}

/** A viewer on a wall is never reloaded by hand. */
const CHECK_MS = 60 * 60 * 1000

/** The app shell for offline use, and new versions of it: never in the middle of a show. */
export function useUpdates(): UseUpdatesReturn {
  const ready = shallowRef(false)
  const untrusted = shallowRef(false)
  if (!import.meta.env.PROD || !('serviceWorker' in navigator))
    return { ready, untrusted, apply: () => {}, check: () => {} }

  const workbox = new Workbox('/sw.js')
  let asked = false
  /** Another tab has let the new version in: this one still runs the old. */
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
