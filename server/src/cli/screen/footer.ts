import { formatPairCode } from '@vue-sync/vue/protocol'
import type { Colors } from './colors.ts'
import type { ScreenContent } from './screen-content.ts'

const INDENT = '  '
const GAP = '  '

/** Such as `9:05`, at least `0:00`. */
function formatMinutes(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** One line each for the viewer's link, the code to type and the host's key. */
export function formatFooter(
  { viewerUrls, pairCode, pairCodeUntil, hostKey }: ScreenContent,
  columns: number,
  colors: Colors,
  now = Date.now(),
): string[] {
  /** Takes the first note that fits. */
  const line = (name: string, text: string, notes: string[] = []): string => {
    const start = `${INDENT}${name.padEnd(6)}  `
    const room = columns - start.length - text.length - GAP.length
    const note = notes.find(({ length }) => length < room)
    return `${start}${colors.strong(text)}${note === undefined ? '' : GAP + colors.faint(note)}`
  }
  const changes =
    pairCodeUntil === undefined ? '' : `changes in ${formatMinutes(pairCodeUntil - now)}`
  const codeNotes = [
    ['type it in the viewer instead of scanning', changes],
    ['type it in the viewer', changes],
    [changes],
  ].map((parts) => parts.filter(Boolean).join(' · '))
  return [
    line('Viewer', viewerUrls[0]!.url),
    ...(pairCode === undefined ? [] : [line('Code', formatPairCode(pairCode), codeNotes)]),
    ...(hostKey === undefined
      ? []
      : [line('Host', hostKey, ['publishing key: paste into the host app', 'publishing key'])]),
  ]
}
