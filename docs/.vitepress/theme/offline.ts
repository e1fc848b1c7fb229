/** Makes visited pages and the front page work offline. Nothing waits for it, and a browser that refuses loses only that. */
export function registerServiceWorker(): void {
  if (!import.meta.env.PROD || import.meta.env.SSR || !('serviceWorker' in navigator)) return
  const register = (): void => {
    navigator.serviceWorker.register(`${import.meta.env.BASE_URL}sw.js`).catch(() => {})
  }
  // After the page has what it needs itself.
  if (document.readyState === 'complete') register()
  else window.addEventListener('load', register, { once: true })
}
