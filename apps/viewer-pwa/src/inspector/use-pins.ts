import { useEventListener } from '@vueuse/core'
import { computed, onScopeDispose, type Ref, shallowRef, watch } from 'vue'
import { createMemory } from '../device/memory.ts'
import { type ItemIds, lastingKey, type Pin, pathOf, resolve, type View } from './model/index.ts'

/** Pins by session. */
type Kept = Record<string, readonly string[]>

const memory = createMemory('vue-sync:pins', () => sessionStorage)

function readAll(): Kept {
  try {
    return (JSON.parse(memory.read() ?? '{}') ?? {}) as Kept
  } catch {
    return {}
  }
}

/**
 * The parts that are pinned to the top.
 *
 * @param session names the session; without a name, pins are not stored
 * @param first the pins by the ids that the items have now. @default the stored pins
 */
export function usePins(
  session: Readonly<Ref<string | undefined>> | undefined,
  view: Readonly<Ref<View>>,
  ids: ItemIds,
  first?: readonly string[],
) {
  const pinned = shallowRef<readonly string[]>(first ?? [])

  function read(): void {
    const kept = session?.value === undefined ? undefined : readAll()[session.value]
    pinned.value = Array.isArray(kept) ? kept : []
  }
  function write(): void {
    if (session?.value === undefined) return
    const all = readAll()
    // A pin whose part is not there at the moment stays.
    all[session.value] = pinned.value.map((part) => lastingKey(part, view.value, ids) ?? part)
    if (pinned.value.length === 0) delete all[session.value]
    memory.write(JSON.stringify(all))
  }

  if (!first) read()
  if (session) watch(session, read)
  // Items may have moved since they were pinned.
  onScopeDispose(write)
  useEventListener('pagehide', write)

  return {
    pinned: pinned as Readonly<Ref<readonly string[]>>,
    pins: computed<Pin[]>(() =>
      pinned.value.flatMap((part) => {
        const steps = resolve(part, view.value, ids)
        if (!steps) return []
        const path = steps.map(({ name }) => name).join('.')
        return [{ part, name: pathOf(steps), path, value: steps.at(-1)!.value }]
      }),
    ),
    isPinned: (part: string) => pinned.value.includes(part),
    togglePin(part: string) {
      pinned.value = pinned.value.includes(part)
        ? pinned.value.filter((key) => key !== part)
        : [...pinned.value, part]
      write()
    },
  }
}
