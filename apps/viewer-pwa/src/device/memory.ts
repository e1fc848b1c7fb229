/** Stores a short text under a name. Stores nothing if storage is unavailable (private mode, policy). */
export interface Memory {
  read: () => string | undefined
  write: (text: string) => void
  forget: () => void
}

export function createMemory(name: string, storage: () => Storage): Memory {
  const attempt = <T>(use: (storage: Storage) => T): T | undefined => {
    try {
      return use(storage())
    } catch {
      return undefined
    }
  }
  return {
    read: () => attempt((store) => store.getItem(name)) ?? undefined,
    write: (text) => void attempt((store) => store.setItem(name, text)),
    forget: () => void attempt((store) => store.removeItem(name)),
  }
}
