import { computed, type ComputedRef, type Ref, shallowRef } from 'vue'
import { CODE_LENGTH, type CodeReading, isAddress, readTypedCode } from './entry.ts'

export type EntryMode = 'code' | 'address'

const isCode = (typed: string): boolean =>
  [...readTypedCode(typed).characters].length <= CODE_LENGTH

export interface UseEntryReturn {
  mode: Readonly<Ref<EntryMode>>
  /** The address, or the characters of the code. */
  text: Readonly<Ref<string>>
  reading: ComputedRef<CodeReading>
  /** Whether the six boxes can show the code; a longer one is shown as ordinary text. */
  fits: ComputedRef<boolean>
  /** Whether the user has asked for an input for addresses, so that a name without a dot is one. */
  isChosen: Readonly<Ref<boolean>>
  /** Whether an input method or a keyboard with suggestions still works on a word. */
  isComposing: Readonly<Ref<boolean>>
  /** Shows an input of the other kind. It is empty, or has `text`. */
  change: (mode: EntryMode, text?: string) => void
  /** Reads the input after the user has changed it. */
  onInput: (event: Event) => void
}

/**
 * One input for codes and addresses. In `code` mode it keeps the characters of a code only, and becomes an input for
 * addresses with the first character that only those have: a dot, a colon or a slash.
 */
export function useEntry(input: Readonly<Ref<HTMLInputElement | null>>): UseEntryReturn {
  const mode = shallowRef<EntryMode>('code')
  const text = shallowRef('')
  const isComposing = shallowRef(false)
  const isChosen = shallowRef(false)
  /** What the input had after the last change. */
  let before = ''
  /** What the user has typed, with the dashes and the case that a code does not need and a host name does. */
  let typed = ''
  const reading = computed(() => readTypedCode(text.value))

  /** Changes the input. While a word is composed, that would disturb the keyboard. */
  function write(next: string, caret: number): void {
    if (isComposing.value || input.value!.value === next) return
    input.value!.value = next
    input.value!.setSelectionRange(caret, caret)
  }

  function onInput(event: Event): void {
    const { value, selectionStart } = input.value!
    isComposing.value = (event as InputEvent).isComposing ?? false
    typed = value.startsWith(before) ? typed + value.slice(before.length) : value
    const caret = selectionStart ?? value.length
    if (mode.value === 'address' && value === '' && !isChosen.value) mode.value = 'code'
    if (mode.value === 'code' && isAddress(typed)) {
      mode.value = 'address'
      write(typed, typed.length - (value.length - caret))
    } else if (mode.value === 'code') {
      // A text that is no code stays as it was typed.
      if (!isCode(typed)) write(typed, typed.length - (value.length - caret))
      else
        write(
          readTypedCode(value).characters,
          readTypedCode(value.slice(0, caret)).characters.length,
        )
    }
    before = input.value!.value
    text.value = mode.value === 'code' && isCode(value) ? readTypedCode(value).characters : before
  }

  return {
    mode,
    text,
    reading,
    isChosen,
    isComposing,
    fits: computed(() => isCode(text.value)),
    change(next, given = '') {
      mode.value = next
      isChosen.value = next === 'address' && given === ''
      text.value = typed = before = given
      if (input.value) input.value.value = given
    },
    onInput,
  }
}
