import { type Ref, shallowRef } from 'vue'
import { createAppMemory } from '../device/app-memory.ts'

export interface UsePanesReturn {
  /** Whether several sessions are on show. */
  isOpen: Readonly<Ref<boolean>>
  /** Ids of the sessions, in the order of the panes. They stay when the panes are closed. */
  ids: Readonly<Ref<readonly string[]>>
  show: (ids: readonly string[]) => void
  close: () => void
}

/** More panes than four are too small to read, on a phone as on a wall, and each is one more connection. */
export const MOST_PANES = 4

/**
 * Several sessions side by side. The device remembers the ids of the sessions, which hold no keys: the links are only
 * in the list of known sessions, so a session that is forgotten there disappears here too.
 */
export function usePanes(): UsePanesReturn {
  const memory = createAppMemory('side-by-side')
  const kept = read(memory.read())
  const isOpen = shallowRef(kept.isOpen && kept.ids.length > 0)
  const ids = shallowRef<readonly string[]>(kept.ids)

  function set(open: boolean, next: readonly string[]): void {
    if (open === isOpen.value && next === ids.value) return
    isOpen.value = open
    ids.value = next
    memory.write(JSON.stringify({ isOpen: open, ids: next }))
  }
  return {
    isOpen,
    ids,
    show: (next) => set(true, next.slice(0, MOST_PANES)),
    close: () => set(false, ids.value),
  }
}

function read(text: string | undefined): { isOpen: boolean; ids: string[] } {
  try {
    const { isOpen, ids } = JSON.parse(text ?? '') as { isOpen: unknown; ids: unknown }
    if (Array.isArray(ids))
      return {
        isOpen: isOpen === true,
        ids: ids.filter((id) => typeof id === 'string').slice(0, MOST_PANES),
      }
  } catch {
    // Nothing was remembered, or by a version with another form.
  }
  return { isOpen: false, ids: [] }
}
