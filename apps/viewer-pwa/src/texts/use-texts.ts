import { computed, type ComputedRef } from 'vue'
import { rest } from './en/rest.ts'
import type { Formats } from './formats.ts'
import { type FirstTexts, type Texts, useLanguage } from './language.ts'

const completed = new WeakMap<FirstTexts, Texts>()

function complete(texts: FirstTexts | Texts, formats: Formats): Texts {
  // Texts of other languages are one file.
  if ('pairing' in texts) return texts
  let all = completed.get(texts)
  if (!all) completed.set(texts, (all = { ...texts, ...rest(formats) }))
  return all
}

/**
 * All texts of the present language, for parts that load later. What loads with the page must not import this, because
 * the English texts would load with the page too: `useFirstTexts` has what it needs.
 */
export function useTexts(): ComputedRef<Texts> {
  const { texts, formats } = useLanguage()
  return computed(() => complete(texts.value, formats.value))
}
