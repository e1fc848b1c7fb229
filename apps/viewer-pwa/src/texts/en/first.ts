import type { Formats } from '../formats.ts'
import { bar } from './bar.ts'
import { session } from './session.ts'

/** The English texts of everything that loads with the page. */
export const first = (formats: Formats) => ({ session: session(formats), bar: bar() })
