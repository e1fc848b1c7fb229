import { isReactive, isShallow, type MaybeRefOrGetter, reactive, toValue, unref } from 'vue'

/** State that the host can publish under an id. A Pinia store is one. */
export interface SyncedState {
  readonly $id: string
  /** The fields. An effect that reads them runs again when they change. */
  readonly $state: object
  /** Reports changes beside those that an effect follows. Returns what stops it. */
  $subscribe?: (
    onChange: () => void,
    options: { detached: true; deep: 1; flush: 'sync' },
  ) => () => void
}

/** Whether Vue follows changes at every depth of a value. */
export const isDeep = (value: unknown): boolean => isReactive(value) && !isShallow(value)

/** As JSON sees it: a `Map`, a `Date` and other objects that JSON does not carry by their properties have no fields. */
const hasFields = (value: unknown): value is object =>
  Object.prototype.toString.call(value) === '[object Object]' && !('toJSON' in (value as object))

/** The state of a ref, a reactive object or a getter. A value without fields is the field `value`. */
export function createSyncedState(id: string, source: MaybeRefOrGetter): SyncedState {
  return {
    $id: id,
    get $state() {
      // A getter may give a ref, such as one of `storeToRefs`.
      const value: unknown = unref(toValue(source))
      if (hasFields(value)) return value
      return isDeep(value) ? reactive({ value }) : { value }
    },
  }
}
