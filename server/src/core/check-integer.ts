import { UsageError } from './usage-error.ts'

/** @throws UsageError that names the option, for anything but a whole number from `least` to `most` */
export function checkInteger(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new UsageError(`${name} must be a whole number from ${least} to ${most}, not ${value}.`)
}
