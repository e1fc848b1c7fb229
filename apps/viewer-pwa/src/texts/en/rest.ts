import type { Formats } from '../formats.ts'
import { history } from './history.ts'
import { inspector } from './inspector.ts'
import { menu } from './menu.ts'
import { pairing } from './pairing.ts'
import { panes } from './panes.ts'

/** The English texts that only parts need which load later, so they load with these parts. */
export const rest = (formats: Formats) => ({
  pairing: pairing(formats),
  inspector: inspector(formats),
  history: history(formats),
  menu: menu(),
  panes: panes(formats),
})
