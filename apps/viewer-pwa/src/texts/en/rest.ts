import type { Formats } from '../formats.ts'
import { history } from './history.ts'
import { pairing } from './pairing.ts'
import { panes } from './panes.ts'

/** The English texts that only parts need which load later, so they load with these parts. */
export const rest = (formats: Formats) => ({
  pairing: pairing(formats),
  history: history(formats),
  panes: panes(formats),
})
