/**
 * - `scan`, `code`, `address`, `others`: go to the pairing screen, with the scanner or a field opened.
 * - `open`: open the link outside of this app.
 * - `retry`: dial now. `connect`: the same, after the user disconnected.
 * - `reload`: load a newer viewer.
 * - `guide`: show how this page gets https.
 */
export type Action =
  | 'scan'
  | 'code'
  | 'address'
  | 'others'
  | 'open'
  | 'retry'
  | 'connect'
  | 'reload'
  | 'guide'

type Ways = readonly [first: Action, second: Action]

/** What the user sees instead of a state. */
export interface Trouble {
  heading: string
  advice: string
  action: Action
  second: Action
}

const AGAIN: Ways = ['scan', 'code']
/** A typed code has no encryption key, so it does not open an encrypted session. */
const SCAN_ONLY: Ways = ['scan', 'retry']
const NEWER: Ways = ['reload', 'others']
/** The two ways on for each error. */
const WAYS: Partial<Record<string, Ways>> = {
  VS102: AGAIN,
  VS103: AGAIN,
  VS104: ['scan', 'retry'],
  VS105: NEWER,
  VS108: NEWER,
  VS109: ['retry', 'others'],
  VS110: SCAN_ONLY,
  VS111: ['guide', 'others'],
  VS112: AGAIN,
  VS115: ['scan', 'others'],
  VS116: SCAN_ONLY,
  VS118: ['open', 'others'],
  VS119: ['retry', 'others'],
  VS120: ['retry', 'others'],
  VS121: ['scan', 'retry'],
  VS123: NEWER,
  VS125: NEWER,
  // The relay refuses only for now, and the viewer dials again by itself.
  VS126: ['retry', 'others'],
}

/** The ways on that this device and link have. */
export function waysOf(
  code: string,
  { canScan = true, hasKey = true }: { canScan?: boolean; hasKey?: boolean },
): Ways {
  const [first, second] = WAYS[code] ?? SCAN_ONLY
  // A typed address can be corrected.
  const other = !hasKey && (code === 'VS120' || code === 'VS121') ? 'address' : second
  if (canScan || first !== 'scan') return [first, other]
  return other === 'code' ? ['code', 'retry'] : [other === 'others' ? 'retry' : 'others', other]
}
