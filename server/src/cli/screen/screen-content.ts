import type { ViewerUrl } from '@vue-sync/vue/protocol'

/** What the lines and codes in a terminal show. */
export interface ScreenContent {
  version?: string | undefined
  viewerUrls: ViewerUrl[]
  pairCode?: string | undefined
  /** When the code changes, in milliseconds since 1970. */
  pairCodeUntil?: number | undefined
  /** Whether the relay has codes to type. @default true */
  hasCodes?: boolean | undefined
  hostKey?: string | undefined
  /** Where the generated keys are kept. */
  keysFile?: string | undefined
  authority?: { fingerprint: string; thumbprint: string; file: string } | undefined
  setUpUrl?: string | undefined
  /** Shown instead of the code, when phones could not use it. */
  codeProblem?: string | undefined
  /** Hints to the operator. */
  notes: string[]
  /** Whether the terminal sends keys. @default true */
  hasKeys?: boolean | undefined
}

export interface ScreenSize {
  columns: number
  rows: number
}

const KEY_GAP = ' · '

/** The keys that work in the terminal, for the screen and the help. */
export function keyList({
  setUpUrl,
  hasKeys = true,
  hasCodes = true,
}: Pick<ScreenContent, 'setUpUrl' | 'hasKeys' | 'hasCodes'>): [
  key: string,
  does: string,
  brief: string,
][] {
  if (!hasKeys) return []
  const keys: [string, string, string][] = [
    ['o', 'open the viewer in the browser', 'open'],
    ['q', 'show the QR code again', 'QR code'],
    ['c', 'make a new code to type', 'new code'],
    ['t', 'trust: set up HTTPS on a phone', 'trust'],
    ['h', 'help and all addresses', 'help'],
  ]
  return keys.filter(([key]) => (key === 't' ? setUpUrl !== undefined : key !== 'c' || hasCodes))
}

/** The keys in one line of at most `width` characters. Where not all of them fit, the last one lists the others. */
export function briefKeys(content: ScreenContent, width: number): string {
  const keys = keyList(content).map(([key, , brief]) => `${key} ${brief}`)
  while (keys.join(KEY_GAP).length > width) keys.shift()
  return keys.join(KEY_GAP)
}
