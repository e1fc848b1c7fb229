import type { MakeTexts } from '../language.ts'
import { bar } from './bar.ts'
import { history } from './history.ts'
import { inspector } from './inspector.ts'
import { menu } from './menu.ts'
import { pairing } from './pairing.ts'
import { panes } from './panes.ts'
import { session } from './session.ts'

export const de: MakeTexts = (formats) => ({
  session: session(formats),
  bar: bar(),
  pairing: pairing(formats),
  inspector: inspector(formats),
  history: history(formats),
  menu: menu(),
  panes: panes(formats),
})
