import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Memory } from '../device/memory.ts'
import { en } from './en/index.ts'
import { createLanguage, LANGUAGES, pickTag } from './language.ts'

const { load } = LANGUAGES['ja']!

function createMemory(kept?: string): Memory {
  return {
    read: () => kept,
    write: (text) => (kept = text),
    forget: () => (kept = undefined),
  }
}

function create(tags: string[], memory = createMemory()) {
  const onChange = vi.fn()
  return { onChange, memory, language: createLanguage({ tags, memory, onChange }) }
}

/** A promise that the test settles. */
function createLoad() {
  let resolve = (): void => {}
  const loaded = new Promise<void>((done) => (resolve = done))
  return { load: () => loaded.then(() => en), resolve }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
})
afterEach(() => {
  LANGUAGES['ja']!.load = load
  vi.useRealTimers()
})

describe('the language of the app', () => {
  it.each([
    [['de-AT', 'en'], 'de-AT'],
    [['nl-BE', 'fr-BE', 'en'], 'fr-BE'],
    [['pt', 'constructor'], 'en'],
    [[], 'en'],
  ])('follows a device that prefers %j: %s', (tags, tag) => {
    expect(pickTag(tags)).toBe(tag)
  })

  it('is the one of the device, with the formats of its region', async () => {
    const { language, onChange } = create(['de-AT', 'en'])
    const { texts, formats, chosen } = await language
    expect(texts.value.bar.scene).toBe('Szene')
    expect(formats.value.locale).toBe('de-AT')
    expect(chosen.value).toBeUndefined()
    expect(onChange.mock.calls).toEqual([['de', 'ltr']])
  })

  it('is the one that the user has chosen, with the device’s region if it has one', async () => {
    const { onChange, language } = create(['en-GB', 'ar-AE'], createMemory('ar'))
    const { chosen, formats } = await language
    expect([chosen.value, formats.value.locale]).toEqual(['ar', 'ar-AE'])
    expect(onChange.mock.calls).toEqual([['ar', 'rtl']])
  })

  it('is remembered when it changes, and follows the device again when asked to', async () => {
    const { language, memory, onChange } = create(['fr-CA'])
    const { choose, texts } = await language
    await choose('ja')
    expect([texts.value.bar.scene, memory.read()]).toEqual(['シーン', 'ja'])
    await choose(undefined)
    expect([texts.value.bar.scene, memory.read()]).toEqual(['Scène', undefined])
    expect(onChange.mock.lastCall).toEqual(['fr', 'ltr'])
  })

  it('does not change when another one cannot be loaded', async () => {
    LANGUAGES['ja']!.load = () => Promise.reject(new TypeError('Failed to fetch'))
    const { language, memory, onChange } = create(['de'], createMemory('fr'))
    const { choose, texts, chosen } = await language
    await expect(choose('ja')).rejects.toThrow('Failed to fetch')
    expect([texts.value.bar.scene, chosen.value, memory.read()]).toEqual(['Scène', 'fr', 'fr'])
    expect(onChange).toHaveBeenCalledOnce()
  })

  it('is English at first if the chosen one cannot be loaded, which stays remembered', async () => {
    LANGUAGES['ja']!.load = () => Promise.reject(new TypeError('Failed to fetch'))
    const { language, memory } = create(['ja'], createMemory('ja'))
    expect((await language).texts.value.bar.menu).toBe('Menu')
    expect(memory.read()).toBe('ja')
  })

  it('is English until the chosen one has loaded, if that takes long', async () => {
    const slow = createLoad()
    LANGUAGES['ja']!.load = slow.load
    const { language, onChange } = create(['ja'])
    await vi.advanceTimersByTimeAsync(3000)
    const { texts } = await language
    const before = texts.value
    expect([before.bar.menu, onChange.mock.calls.length]).toEqual(['Menu', 0])
    slow.resolve()
    await vi.waitFor(() => expect(onChange).toHaveBeenCalledWith('ja', 'ltr'))
    expect(texts.value).not.toBe(before)
  })

  it('is the last one chosen, also if an earlier one takes longer to load', async () => {
    const slow = createLoad()
    LANGUAGES['ja']!.load = slow.load
    const { language, memory, onChange } = create(['en'])
    const { choose, chosen } = await language
    const earlier = choose('ja')
    await choose('es')
    slow.resolve()
    await earlier
    expect([chosen.value, memory.read(), onChange.mock.lastCall]).toEqual([
      'es',
      'es',
      ['es', 'ltr'],
    ])
  })
})
