/** Loads at once, because the network may be gone later. Returns what loads: that first attempt, then new ones. */
export function loadEarly<T>(load: () => Promise<T>): () => Promise<T> {
  let first: Promise<T> | undefined = load()
  first.catch(() => {})
  return () => {
    const loading = first ?? load()
    first = undefined
    return loading
  }
}
