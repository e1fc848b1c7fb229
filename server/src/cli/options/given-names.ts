import { FLAGS } from './flags.ts'
import { UsageError } from '../../core/usage-error.ts'

/** How a person gave an option: by a flag, or by an environment variable. */
export type NameOf = (option: string) => string

/** Not the flags of a command to run, and not those with their variable behind them. */
const FLAG_IN_TEXT = /(?<!vue-sync )--([a-z]+(?:-[a-z]+)*)(?! \(VUE_SYNC)/g

/**
 * Replaces the flags in a text by the names that the person used. The layers below the command name the flags, and do
 * not know about variables.
 */
export function withGivenNames(text: string, nameOf: NameOf): string {
  return text.replaceAll(FLAG_IN_TEXT, (whole, flag: string) =>
    Object.hasOwn(FLAGS, flag) ? nameOf(flag) : whole,
  )
}

/** @throws the error, or a UsageError with the names that the person used */
export function throwWithGivenNames(error: unknown, nameOf: NameOf): never {
  throw error instanceof UsageError ? new UsageError(withGivenNames(error.text, nameOf)) : error
}
