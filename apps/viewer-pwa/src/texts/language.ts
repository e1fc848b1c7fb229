import { type App, inject, type InjectionKey, type Ref, shallowRef } from 'vue'
import type { Memory } from '../device/memory.ts'
import type { en } from './en/index.ts'
import { first } from './en/first.ts'
import { createFormats, type Formats } from './formats.ts'

/** What each language must have. English is the pattern. */
export type Texts = ReturnType<typeof en>
export type MakeTexts = (formats: Formats) => Texts
/** The texts of what loads with the page. Only English is split: another language has all texts here too. */
export type FirstTexts = ReturnType<typeof first>

export interface AvailableLanguage {
  /** In the language itself. */
  name: string
  /** @default 'ltr' */
  direction?: 'rtl'
  load: () => Promise<(formats: Formats) => FirstTexts | Texts>
}

/** The languages in the order of the menu. English is part of the app. Each other language is a file that loads on demand. */
export const LANGUAGES: Record<string, AvailableLanguage> = {
  en: { name: 'English', load: async () => first },
  de: { name: 'Deutsch', load: async () => (await import('./de/index.ts')).de },
  es: { name: 'Español', load: async () => (await import('./es/index.ts')).es },
  fr: { name: 'Français', load: async () => (await import('./fr/index.ts')).fr },
  ja: { name: '日本語', load: async () => (await import('./ja/index.ts')).ja },
  ar: { name: 'العربية', direction: 'rtl', load: async () => (await import('./ar/index.ts')).ar },
}

/** The app starts in English if the texts take longer, and changes over when they arrive. */
const MOST_WAIT_MS = 3000

export interface Language {
  texts: Readonly<Ref<FirstTexts | Texts>>
  formats: Readonly<Ref<Formats>>
  /** The user's choice; `undefined` follows the device. */
  chosen: Readonly<Ref<string | undefined>>
  /**
   * Shows and remembers a language; `undefined` follows the device again.
   *
   * @throws Error if its texts cannot be loaded, in which case nothing changes
   */
  choose: (code: string | undefined) => Promise<void>
  install: (app: App) => void
}

const KEY: InjectionKey<Language> = Symbol('language')

const baseOf = (tag: string): string => tag.toLowerCase().split('-')[0]!

/** The first tag of the device whose language the app has. A tag has the region too: `de-AT` formats unlike `de`. */
export function pickTag(tags: readonly string[]): string {
  return tags.find((tag) => Object.hasOwn(LANGUAGES, baseOf(tag))) ?? 'en'
}

export interface LanguageOptions {
  /** The device's languages, the preferred first. */
  tags: readonly string[]
  memory: Memory
  /** Called with a new language such as `de`, for the document. The region of the device matters to formats only. */
  onChange: (language: string, direction: 'ltr' | 'rtl') => void
}

/** Loads the texts of the user's language. Await it before the app is mounted, so that no text changes its language. */
export async function createLanguage(options: LanguageOptions): Promise<Language> {
  const { tags, memory, onChange } = options
  const formats = shallowRef(createFormats('en'))
  const texts = shallowRef<FirstTexts | Texts>(first(formats.value))
  const chosen = shallowRef<string>()
  let newest = 0

  /** Returns false if the user has chosen another language meanwhile. */
  async function show(code: string | undefined): Promise<boolean> {
    const own = code === undefined ? tags : tags.filter((tag) => baseOf(tag) === code)
    const tag = code === undefined || own.length > 0 ? pickTag(own) : code
    const { load, direction = 'ltr' } = LANGUAGES[baseOf(tag)]!
    const turn = ++newest
    let make: Awaited<ReturnType<typeof load>>
    try {
      make = await load()
    } catch (error) {
      if (turn === newest) throw error
      return false
    }
    if (turn !== newest) return false
    formats.value = createFormats(tag)
    texts.value = make(formats.value)
    chosen.value = code
    onChange(baseOf(tag), direction)
    return true
  }

  const kept = memory.read()
  const start = kept !== undefined && Object.hasOwn(LANGUAGES, kept) ? kept : undefined
  await Promise.race([
    // Without a network and a service worker, only English is there.
    show(start).catch(() => {}),
    new Promise((resolve) => setTimeout(resolve, MOST_WAIT_MS)),
  ])
  const language: Language = {
    texts,
    formats,
    chosen,
    async choose(code) {
      if (!(await show(code))) return
      if (code === undefined) memory.forget()
      else memory.write(code)
    },
    install: (app) => void app.provide(KEY, language),
  }
  return language
}

export function useLanguage(): Language {
  return inject(KEY)!
}

/** The texts of what loads with the page, in the present language. Parts that load later call `useTexts`. */
export function useFirstTexts(): Readonly<Ref<FirstTexts>> {
  return useLanguage().texts
}
