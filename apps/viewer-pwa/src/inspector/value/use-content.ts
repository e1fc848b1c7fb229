import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import {
  explain,
  hasParts,
  hexLines,
  kindOf,
  plainText,
  shownJson,
  toJson,
} from '../model/index.ts'

/** Longer text is cut off until the user asks for all of it. */
const MOST = 10_000
const MOST_BYTES = 1024
/** A large value that changes is read again at most this often, in milliseconds. */
const REFRESH_MS = 1000

const isLarge = (value: unknown): boolean =>
  hasParts(value) || (typeof value === 'string' && value.length > MOST)

/**
 * The texts of the sheet of a value. However large the value is, an update costs no more than the text on the page,
 * or the work is done at most once a second.
 */
export function useContent(value: () => unknown) {
  // Triggers only when the value changes, and not with each update of the state.
  const now = computed(value)
  /** The value, which follows late if it is large. */
  const settled = shallowRef(now.value)
  const isWhole = shallowRef(false)
  let settledAt = performance.now()
  let timer: ReturnType<typeof setTimeout> | undefined

  function settle(): void {
    clearTimeout(timer)
    timer = undefined
    settled.value = now.value
    settledAt = performance.now()
  }
  watch(now, (next) => {
    const wait = isLarge(next) ? settledAt + REFRESH_MS - performance.now() : 0
    if (wait <= 0) settle()
    else timer ??= setTimeout(settle, wait)
  })
  onScopeDispose(() => clearTimeout(timer))

  const whole = computed(() => textOf(isWhole.value ? settled.value : now.value, isWhole.value))
  const isLong = computed(() => whole.value.length > MOST)
  const explained = computed(() => explain(settled.value))
  return {
    isWhole,
    /** Whether there is more than `text`, until the user asks for it. */
    isLong,
    text: computed(() =>
      isLong.value && !isWhole.value ? `${whole.value.slice(0, MOST)}…` : whole.value,
    ),
    explained,
    /** The beginning of the JSON in a text, indented. */
    json: computed(() => {
      const { json } = explained.value
      return json === undefined ? undefined : shownJson(json, MOST).slice(0, MOST)
    }),
  }
}

/** The text of a value. Unless it is to be whole, it is at least one character longer than what is shown of it. */
function textOf(value: unknown, isWhole: boolean): string {
  if (typeof value === 'string') return value
  if (hasParts(value)) return isWhole ? toJson(value, 2) : shownJson(value, MOST + 1)
  return kindOf(value) === 'bytes' ? hexLines(value as object, MOST_BYTES) : plainText(value)
}
