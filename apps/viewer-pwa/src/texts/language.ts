import { type App, inject, type InjectionKey, type Ref, shallowRef } from 'vue'
import type { Memory } from '../device/memory.ts'
import { en } from './en/index.ts'
import { createFormats, type Formats } from './formats.ts'

/** What each language must have. English is the pattern. */
export type Texts = ReturnType<typeof en>
export type MakeTexts = (formats: Formats) => Texts

/** The languages with their own names, in the order of the menu. English is part of the app, the others load when needed. */
export const LANGUAGES: Record<string, { name: string; load: () => Promise<MakeTexts> }> = {
  en: { name: 'English', load: async () => en },
}

export interface Language {
  texts: Readonly<Ref<Texts>>
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
  return tags.find((tag) => baseOf(tag) in LANGUAGES) ?? 'en'
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
  const texts = shallowRef(en(formats.value))
  const chosen = shallowRef<string>()

  async function show(code: string | undefined): Promise<void> {
    const own = code === undefined ? tags : tags.filter((tag) => baseOf(tag) === code)
    const tag = code === undefined || own.length > 0 ? pickTag(own) : code
    const make = await LANGUAGES[baseOf(tag)]!.load()
    formats.value = createFormats(tag)
    texts.value = make(formats.value)
    chosen.value = code
    onChange(baseOf(tag), baseOf(tag) === 'ar' ? 'rtl' : 'ltr')
  }

  const kept = memory.read()
  // Without a network, a language that was never loaded is not there.
  await show(kept !== undefined && kept in LANGUAGES ? kept : undefined).catch(() => {})
  const language: Language = {
    texts,
    formats,
    chosen,
    async choose(code) {
      await show(code)
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

/** The texts of the present language. */
export function useTexts(): Readonly<Ref<Texts>> {
  return useLanguage().texts
}
