import type { UseLookReturn } from '../device/use-look.ts'
import type { UseSessionReturn } from '../session/use-session.ts'

export interface PaneProps {
  link: string
  /** The name of the session when this device showed it last. */
  name: string
  look: UseLookReturn
  /** Shows the session without the others. */
  openAlone: () => void
  remove: () => void
  /** Leaves the panes for the pairing screen, with the scanner or a field opened. Without a way it removes the pane. */
  leave: UseSessionReturn['leave']
}
