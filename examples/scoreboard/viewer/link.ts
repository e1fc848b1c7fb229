/**
 * The viewer link: in the fragment of this page's address, or the address itself if the relay serves this page
 * (`vue-sync --viewer-dir dist/viewer`). `undefined` if there is none.
 */
export function readLink(): string | undefined {
  const inner = location.hash.slice(1)
  if (/^(?:https?|wss?):/.test(inner)) return inner
  return import.meta.env.DEV || location.protocol === 'file:' ? undefined : location.href
}
