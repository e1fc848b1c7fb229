import { expect, onTestFinished, vi } from 'vitest'
import {
  type ErrorCode,
  pageOf,
  type Side,
  textOf,
} from '../../../packages/vue-sync/src/diagnostic-texts.ts'

/** The whole line that the console shows for an error. */
export function errorText(side: Side, code: ErrorCode, detail?: string): string {
  return `[vue-sync] ${code}: ${textOf(code, side)}${detail ? ` (${detail})` : ''}. See ${pageOf(code)}`
}

/** Keeps errors off the console until the test has ended, and gives the list of them. */
export function recordErrors(): string[] {
  const printed: string[] = []
  const spy = vi
    .spyOn(console, 'error')
    .mockImplementation((text: unknown) => void printed.push(String(text)))
  onTestFinished(() => spy.mockRestore())
  return printed
}

/** Expects that the test prints exactly these errors, in any order. */
export function expectErrors(...expected: string[]): void {
  const printed = recordErrors()
  onTestFinished(() => expect(printed.toSorted()).toEqual(expected.toSorted()))
}
