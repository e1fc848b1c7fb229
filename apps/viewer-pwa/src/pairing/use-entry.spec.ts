import { describe, expect, it } from 'vitest'
import { shallowRef } from 'vue'
import { useEntry } from './use-entry.ts'

/** An input that a keyboard writes into, with the caret at the end unless a test moves it. */
function createKeyboard() {
  const element = {
    value: '',
    selectionStart: 0,
    setSelectionRange(at: number) {
      element.selectionStart = at
    },
  }
  const entry = useEntry(shallowRef(element as unknown as HTMLInputElement))
  return {
    element,
    entry,
    /** Replaces the text, as a paste or a deletion does. */
    put(value: string, isComposing = false, caret = value.length): void {
      element.value = value
      element.selectionStart = caret
      entry.onInput({ isComposing } as InputEvent)
    },
    /** Adds one character after the other. */
    type(text: string): void {
      for (const character of text) this.put(element.value + character)
    },
    state: () => [entry.mode.value, entry.text.value, element.value],
  }
}

describe('an input for codes and addresses', () => {
  it('keeps the characters of a code, in upper case and without dashes', () => {
    const keyboard = createKeyboard()
    keyboard.type('k7q-4m o')
    expect(keyboard.state()).toEqual(['code', 'K7Q4M0', 'K7Q4M0'])
    expect(keyboard.entry.fits.value).toBe(true)
  })

  it.each(['my-Laptop.local', 'Pi:9876', 'show/s/a'])(
    'becomes an input for addresses with the first character that only those have: %s',
    (address) => {
      const keyboard = createKeyboard()
      keyboard.type(address)
      expect(keyboard.state()).toEqual(['address', address, address])
    },
  )

  it('is for codes again when an address was deleted', () => {
    const keyboard = createKeyboard()
    keyboard.put('192.168.1.5')
    keyboard.put('')
    keyboard.type('k7q')
    expect(keyboard.state()).toEqual(['code', 'K7Q', 'K7Q'])
  })

  it('leaves a text that is longer than a code as it was typed', () => {
    const keyboard = createKeyboard()
    keyboard.type('my-laptop')
    expect(keyboard.state()).toEqual(['code', 'my-laptop', 'my-laptop'])
    expect(keyboard.entry.fits.value).toBe(false)
  })

  it('keeps the caret where the user inserts a character', () => {
    const keyboard = createKeyboard()
    keyboard.type('k7q4m')
    keyboard.put('K7-aQ4M', false, 4)
    expect(keyboard.state()).toEqual(['code', 'K7AQ4M', 'K7AQ4M'])
    expect(keyboard.element.selectionStart).toBe(3)
  })

  it('stays an input for addresses, even for a name without a dot, once the user has chosen that', () => {
    const keyboard = createKeyboard()
    keyboard.entry.change('address')
    keyboard.type('laptop')
    keyboard.put('')
    expect(keyboard.entry.mode.value).toBe('address')
  })

  it('shows an address that was given, for the user to correct', () => {
    const keyboard = createKeyboard()
    keyboard.entry.change('address', '10.0.0.1:9876')
    expect(keyboard.state()).toEqual(['address', '10.0.0.1:9876', '10.0.0.1:9876'])
    keyboard.put('')
    expect(keyboard.entry.mode.value).toBe('code')
  })
})

describe('a keyboard that composes words', () => {
  it('finds its word untouched until it has finished, while the code is read already', () => {
    const keyboard = createKeyboard()
    keyboard.put('k7', true)
    expect(keyboard.state()).toEqual(['code', 'K7', 'k7'])
    keyboard.put('k7q-', true)
    expect(keyboard.state()).toEqual(['code', 'K7Q', 'k7q-'])
    expect(keyboard.entry.isComposing.value).toBe(true)
    keyboard.put('k7q-4mx', false)
    expect(keyboard.state()).toEqual(['code', 'K7Q4MX', 'K7Q4MX'])
    expect(keyboard.entry.isComposing.value).toBe(false)
  })

  it('can compose an address, whose case and dashes are kept', () => {
    const keyboard = createKeyboard()
    keyboard.put('my-Pi', true)
    keyboard.put('my-Pi.local', true)
    expect(keyboard.state()).toEqual(['address', 'my-Pi.local', 'my-Pi.local'])
  })

  it('gives full-width characters, which count as ordinary ones', () => {
    const keyboard = createKeyboard()
    keyboard.put('Ｋ７Ｑ', true)
    keyboard.put('Ｋ７Ｑ４ＭＸ', false)
    expect(keyboard.state()).toEqual(['code', 'K7Q4MX', 'K7Q4MX'])
  })
})
