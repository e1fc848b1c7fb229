// Storages are given as functions, because a browser may refuse access to the storage itself.

export function readKept(storage: () => Storage, name: string): string | undefined {
  try {
    return storage().getItem(name) ?? undefined
  } catch {
    // Storage is unavailable: private mode, a policy, or no browser.
    return undefined
  }
}

/** If storage is unavailable, the text lasts as long as the page. */
export function keep(storage: () => Storage, name: string, text: string): void {
  try {
    storage().setItem(name, text)
  } catch {
    // Storage is unavailable.
  }
}
