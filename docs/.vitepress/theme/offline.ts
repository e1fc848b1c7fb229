function register(): void {
  navigator.serviceWorker.register(`${import.meta.env.BASE_URL}sw.js`).catch(() => {})
}

/**
 * Makes the front page and visited pages work offline. Nothing waits for it, and a browser that refuses it loses nothing
 * else.
 */
export function registerServiceWorker(): void {
  if (!import.meta.env.PROD || import.meta.env.SSR || !('serviceWorker' in navigator)) return
  // After the page has what it needs itself.
  if (document.readyState === 'complete') register()
  else window.addEventListener('load', register, { once: true })
}
