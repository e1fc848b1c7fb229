import { homedir } from 'node:os'
import { renderUnicodeCompact } from 'uqr'
import { formatPairCode, type ViewerUrl } from '@vue-sync/vue/protocol'
import type { Colors } from './colors.ts'
import { READERS } from './banner.ts'
import { besideEachOther, wrap } from './text-columns.ts'

/** What the lines and codes in a terminal show. */
export interface ScreenContent {
  version: string
  viewerUrls: ViewerUrl[]
  pairCode?: string | undefined
  hostKey?: string | undefined
  /** Where the generated keys are kept. */
  keysFile?: string | undefined
  authority?: { fingerprint: string; thumbprint: string; file: string } | undefined
  setUpUrl?: string | undefined
  /** Shown instead of the code, when phones could not use it. */
  codeProblem?: string | undefined
  /** Hints to the operator. */
  notes: string[]
}

export interface ScreenSize {
  columns: number
  rows: number
}

/** The rows of `formatFooter` and of the live line below it. */
export const FOOTER_ROWS = 4
const INDENT = '  '
const GAP = '  '
/** Below this width, text does not fit beside a code. */
const MIN_PANEL = 30
const BORDERS = [2, 1]

/** The keys that work in the terminal, for the screen and the help. */
export function keyList({
  setUpUrl,
}: Pick<ScreenContent, 'setUpUrl'>): [key: string, does: string][] {
  return [
    ['o', 'open the viewer in the browser'],
    ['q', 'show the QR code again'],
    ['c', 'make a new code to type'],
    ...(setUpUrl === undefined
      ? []
      : [['t', 'trust: set up HTTPS on a phone'] as [string, string]]),
    ['h', 'help and all addresses'],
  ]
}

const shorten = (path: string): string =>
  path.startsWith(`${homedir()}/`) ? `~${path.slice(homedir().length)}` : path

/** Draws a code with the widest border that fits; `undefined` if none fits. */
function drawCode(url: string, { columns, rows }: ScreenSize): string[] | undefined {
  for (const border of BORDERS) {
    const lines = renderUnicodeCompact(url, { border }).split('\n')
    if (lines.length + FOOTER_ROWS <= rows && lines[0]!.length + INDENT.length < columns)
      return lines
  }
  return undefined
}

/** Puts text beside a code, or below it in a narrow terminal. The first line of the text is its title. */
function withCode(
  url: string,
  size: ScreenSize,
  colors: Colors,
  texts: (width: number) => string[],
): string {
  const code = drawCode(url, size)
  const indented = (lines: string[]): string =>
    lines.map((line) => (line === '' ? line : INDENT + line)).join('\n')
  const all = size.columns - INDENT.length - 1
  if (!code) {
    const { length } = renderUnicodeCompact(url, { border: 1 }).split('\n')
    const advice = `The window is too small for the QR code. Give it ${length + FOOTER_ROWS} rows, then press q.`
    return indented([...texts(all), '', ...wrap(advice, all)])
  }
  const codeWidth = code[0]!.length
  const width = all - codeWidth - GAP.length
  const paint = (line: string): string =>
    colors.code(line.slice(0, codeWidth)) + line.slice(codeWidth)
  if (width < MIN_PANEL) {
    const [title, ...rest] = texts(all)
    const room = size.rows - FOOTER_ROWS - code.length - 1
    return indented([
      title!,
      ...code.map(paint),
      ...rest.filter(Boolean).slice(0, Math.max(0, room)),
    ])
  }
  const panel = texts(width)
  const fitting = panel.length > code.length ? panel.filter(Boolean) : panel
  return indented(besideEachOther(code, fitting).map(paint))
}

function rowsOf(rows: [name: string, text: string][]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`)
}

/** The code for viewers, with the name and version of the product and the keys that work. */
export function formatScreen(content: ScreenContent, size: ScreenSize, colors: Colors): string {
  const { version, viewerUrls, setUpUrl, keysFile, codeProblem, notes } = content
  const [first] = viewerUrls
  if (codeProblem !== undefined)
    return [
      colors.title(`vue-sync ${version}`),
      '',
      ...wrap(codeProblem, size.columns - 4),
      '',
      ...rowsOf(keyList(content)),
      '',
    ]
      .map((line) => (line === '' ? line : INDENT + line))
      .join('\n')
  return withCode(first!.url, size, colors, (width) => [
    colors.title(`vue-sync ${version}`),
    '',
    ...wrap(`${READERS[first!.reach ?? 'network']}: scan this code.`, width),
    ...(setUpUrl === undefined ? [] : wrap('New phone? Press t first, for HTTPS.', width)),
    '',
    ...rowsOf(keyList(content)),
    '',
    ...(keysFile === undefined ? [] : wrap(`Keys are kept in ${shorten(keysFile)}`, width)),
    ...notes.flatMap((note) => wrap(note, width)),
  ])
}

const BYTES_PER_LINE = 8

function fingerprintLines(fingerprint: string): string[] {
  const bytes = fingerprint.split(':')
  return Array.from({ length: Math.ceil(bytes.length / BYTES_PER_LINE) }, (_, at) =>
    bytes.slice(at * BYTES_PER_LINE, (at + 1) * BYTES_PER_LINE).join(':'),
  )
}

/** The code of the setup page, and the fingerprints of the CA; `undefined` without a CA. */
export function formatTrust(
  { authority, setUpUrl }: ScreenContent,
  size: ScreenSize,
  colors: Colors,
): string | undefined {
  if (!authority || setUpUrl === undefined) return undefined
  const { fingerprint, thumbprint, file } = authority
  const screen = withCode(setUpUrl, size, colors, (width) => [
    colors.title('Set up HTTPS on a new phone, once'),
    ...wrap('Scan this code: the page shows how the phone can trust this computer.', width),
    ...wrap('Then scan the viewer code: press q.', width),
    '',
    'SHA-256 of the CA, to compare:',
    ...fingerprintLines(fingerprint),
    '',
    'SHA-1 (Windows):',
    ...fingerprintLines(thumbprint),
  ])
  return `${screen}\n${INDENT}${setUpUrl} · CA in ${shorten(file)}`
}

/** One line each for the viewer's link, the code to type and the host's key. */
export function formatFooter(
  { viewerUrls, pairCode, hostKey }: ScreenContent,
  columns: number,
  colors: Colors,
): string[] {
  const line = (name: string, text: string, note: string): string => {
    const start = `${INDENT}${name.padEnd(6)}  `
    const fits = start.length + text.length + GAP.length + note.length < columns
    return `${start}${colors.strong(text)}${fits && note ? GAP + colors.faint(note) : ''}`
  }
  return [
    line('Viewer', viewerUrls[0]?.url ?? 'no address of this computer is known', ''),
    ...(pairCode === undefined
      ? []
      : [line('Code', formatPairCode(pairCode), 'type it in the viewer instead of scanning')]),
    ...(hostKey === undefined
      ? []
      : [line('Host', hostKey, 'publishing key: paste into the host app')]),
  ]
}
