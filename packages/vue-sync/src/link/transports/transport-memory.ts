import { isRecord } from '../../protocol/index.ts'
import type { Transport, TransportStorage } from '../viewer-world.ts'

/** Remembers for a day which transport worked for each relay. */
export interface TransportMemory {
  read: (relay: string) => Transport | undefined
  /** Sockets are not stored, because every viewer tries them first. */
  write: (relay: string, transport: Transport) => void
}

const DAY_MS = 24 * 60 * 60 * 1000
type Entry = [transport: 'stream' | 'poll', since: number]

function isEntry(value: unknown): value is Entry {
  if (!Array.isArray(value)) return false
  const [transport, since] = value as unknown[]
  const isKnown = transport === 'stream' || transport === 'poll'
  // A time in the future is wrong too, because the clock may have been set back.
  return isKnown && typeof since === 'number' && Math.abs(Date.now() - since) < DAY_MS
}

/** @param storage if it is blocked or full, the memory lasts as long as the page */
export function createTransportMemory(
  storage: TransportStorage | undefined,
  key: string,
): TransportMemory {
  let entries = new Map<string, Entry>()
  load()

  /** Other pages write too. */
  function load(): void {
    try {
      const stored: unknown = JSON.parse(storage!.getItem(key) ?? '{}')
      if (isRecord(stored))
        entries = new Map(
          Object.entries(stored).flatMap(([relay, entry]) =>
            isEntry(entry) ? [[relay, entry] as const] : [],
          ),
        )
    } catch {
      // The entries of this page remain.
    }
  }

  return {
    read(relay) {
      const entry = entries.get(relay)
      return isEntry(entry) ? entry[0] : undefined
    },
    write(relay, transport) {
      load()
      if (transport === 'socket') entries.delete(relay)
      else entries.set(relay, [transport, Date.now()])
      try {
        if (entries.size === 0) storage!.removeItem(key)
        else storage!.setItem(key, JSON.stringify(Object.fromEntries(entries)))
      } catch {
        // The entries of this page remain.
      }
    },
  }
}
