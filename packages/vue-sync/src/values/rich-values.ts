import type { RichValues } from '../protocol/index.ts'
import { createDecoder } from './decode.ts'
import { createEncoder } from './encode.ts'
import { createWriter } from './write.ts'

export type { RichValues }

/**
 * Carries `Date`, `Map`, `Set`, `BigInt`, `undefined`, `NaN`, infinities, `-0`, typed arrays and `ArrayBuffer` as
 * they are. Use it in the host and in all viewers: `values: richValues()`.
 */
export function richValues(): RichValues {
  return { ...createEncoder(), ...createDecoder(), ...createWriter() }
}
