import type { Formats } from '../formats.ts'
import { inspector } from './inspector.ts'
import { menu } from './menu.ts'
import { session } from './session.ts'

/** The English texts of everything that loads with the page. */
export const first = (formats: Formats) => ({
  session: session(formats),
  inspector: inspector(formats),
  menu: menu(),
})
