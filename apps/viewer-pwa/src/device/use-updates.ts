import { useEventListener, useIntervalFn } from '@vueuse/core'
import { type Ref, shallowRef } from 'vue'
import { page } from '../opened-at.ts'
import { createLazyWorkbox } from './lazy-workbox.ts'

export interface UseUpdatesReturn {
  /** A new version is ready; it takes over with `apply`, or while the page is hidden. */
  ready: Readonly<Ref<boolean>>
  /** The browser refuses the service worker on https, because it does not trust the certificate. */
  untrusted: Readonly<Ref<boolean>>
  apply: () => void
  /** Checks for a new version now. */
  check: () => void
}

/** A wall display is never reloaded by hand, so it must check regularly. */
const CHECK_MS = 60 * 60 * 1000

/** Registers the service worker, and applies new versions only on request or while the page is hidden. */
export function useUpdates(): UseUpdatesReturn {
  const ready = shallowRef(false)
  const untrusted = shallowRef(false)
  if (!import.meta.env.PROD || !('serviceWorker' in navigator))
    return { ready, untrusted, apply: () => {}, check: () => {} }

  const workbox = createLazyWorkbox(`${page.home}/sw.js`)
  let asked = false
  /** Another tab activated the new version, while this page still runs the old one. */
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
