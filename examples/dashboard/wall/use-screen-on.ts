import { onMounted, onUnmounted } from 'vue'

function request(): void {
  if (!document.hidden) void navigator.wakeLock?.request('screen').catch(() => {})
}

/** Keeps the screen on, where the browser allows it: on HTTPS and localhost. */
export function useScreenOn(): void {
  onMounted(() => {
    request()
    // The browser ends the lock when the page is hidden.
    document.addEventListener('visibilitychange', request)
  })
  onUnmounted(() => document.removeEventListener('visibilitychange', request))
}
