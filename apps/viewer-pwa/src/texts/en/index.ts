import type { Formats } from '../formats.ts'
import { first } from './first.ts'
import { rest } from './rest.ts'

export const en = (formats: Formats) => ({ ...first(formats), ...rest(formats) })
