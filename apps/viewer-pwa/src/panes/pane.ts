import type { UseLookReturn } from '../device/use-look.ts'

export interface PaneProps {
  link: string
  /** The name of the session when this device showed it last. */
  name: string
  look: UseLookReturn
  /** Shows the session without the others. */
  openAlone: () => void
  remove: () => void
}
