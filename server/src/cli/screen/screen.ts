import process from 'node:process'
import { renderUnicodeCompact } from 'uqr'
import { type Colors, createColors } from './colors.ts'
import { READERS } from './banner.ts'
import { formatFooter } from './footer.ts'
import { fingerprintLines } from '../../tls/fingerprint-lines.ts'
import { briefKeys, keyList, type ScreenContent, type ScreenSize } from './screen-content.ts'
import { besideEachOther, wrap } from './text-columns.ts'

/** The live line, below the lines of `formatFooter`. */
const LIVE_ROWS = 1
const INDENT = '  '
const GAP = '  '
/** Below this width, text does not fit beside a code. */
const MIN_PANEL = 30
const BORDERS = [2, 1]
const NO_COLORS = createColors(false)

function shorten(path: string): string {
  const { HOME: home } = process.env
  return home && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path
}

/** The rows of the lines that stay below the screen. Long links take several in a narrow terminal. */
function footerRows(content: ScreenContent, { columns }: ScreenSize): number {
  const lines = formatFooter(content, columns, NO_COLORS)
  return lines.reduce((sum, { length }) => sum + Math.ceil(length / columns), LIVE_ROWS)
}

/** Draws a code with the widest border that fits; `undefined` if none fits. */
function drawCode(url: string, { columns, rows }: ScreenSize): string[] | undefined {
  for (const border of BORDERS) {
    const lines = renderUnicodeCompact(url, { border }).split('\n')
    if (lines.length <= rows && lines[0]!.length + INDENT.length < columns) return lines
  }
  return undefined
}

/**
 * Puts text beside a code, or below it in a narrow terminal, where it should be brief. The first line of the text is its
 * title.
 */
function withCode(
  url: string,
  content: ScreenContent,
  size: ScreenSize,
  colors: Colors,
  texts: (width: number, isBrief: boolean) => string[],
): string {
  const footer = footerRows(content, size)
  const rows = size.rows - footer
  const { length, [0]: smallest = '' } = renderUnicodeCompact(url, { border: 1 }).split('\n')
  const all = size.columns - INDENT.length - 1
  // Then the title is above the code. The wider border takes two columns more.
  const isNarrow = all - smallest.length - 2 - GAP.length < MIN_PANEL
  const code = drawCode(url, { ...size, rows: isNarrow ? rows - 1 : rows })
  const indented = (lines: string[]): string =>
    lines.map((line) => (line === '' ? line : INDENT + line)).join('\n')
  if (!code) {
    const needed = length + footer + Number(isNarrow)
    const advice = `The window is too small for the QR code. Give it ${needed} rows${content.hasKeys === false ? '' : ', then press q'}.`
    return indented([...texts(all, false), '', ...wrap(advice, all)])
  }
  const codeWidth = code[0]!.length
  const width = all - codeWidth - GAP.length
  const paint = (line: string): string =>
    colors.code(line.slice(0, codeWidth)) + line.slice(codeWidth)
  if (isNarrow) {
    const [title, ...rest] = texts(all, true)
    const room = rows - code.length - 1
    return indented([
      title!,
      ...code.map(paint),
      ...rest.filter(Boolean).slice(0, Math.max(0, room)),
    ])
  }
  const panel = texts(width, false)
  const fitting = panel.length > code.length ? panel.filter(Boolean).slice(0, rows) : panel
  return indented(besideEachOther(code, fitting).map(paint))
}

function rowsOf(rows: (readonly [name: string, text: string, ...rest: string[]])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`)
}

/** The code for viewers, with the name and version of the product and the keys that work. */
export function formatScreen(content: ScreenContent, size: ScreenSize, colors: Colors): string {
  const { version, viewerUrls, setUpUrl, keysFile, codeProblem, notes } = content
  const [first] = viewerUrls
  const hints = (width: number): string[] => [
    ...(keysFile === undefined ? [] : wrap(`Keys are kept in ${shorten(keysFile)}`, width)),
    ...notes.flatMap((note) => wrap(note, width)),
  ]
  const title = version === undefined ? 'vue-sync' : `vue-sync ${version}`
  /** In a narrow terminal, only the title is certain to have a row. */
  const brief = (width: number): string =>
    [colors.title(title), briefKeys(content, width - title.length - GAP.length)]
      .filter(Boolean)
      .join(GAP)
  if (codeProblem !== undefined)
    return [
      colors.title(title),
      '',
      ...wrap(codeProblem, size.columns - 4),
      '',
      ...rowsOf(keyList(content)),
      '',
      ...hints(size.columns - 4),
      '',
    ]
      .map((line) => (line === '' ? line : INDENT + line))
      .join('\n')
  return withCode(first!.url, content, size, colors, (width, isBrief) => [
    isBrief ? brief(width) : colors.title(title),
    '',
    ...wrap(`${READERS[first!.reach ?? 'network']}: scan this code.`, width),
    ...(setUpUrl === undefined ? [] : wrap('New phone? Press t first, for HTTPS.', width)),
    '',
    ...(isBrief ? [] : rowsOf(keyList(content))),
    '',
    ...hints(width),
  ])
}

/** Beside the code there is room for half as many as below it. */
const BYTES_PER_LINE = 8

/** The code of the set-up page, and the fingerprints of the CA; `undefined` without a CA. */
export function formatTrust(
  content: ScreenContent,
  size: ScreenSize,
  colors: Colors,
): string | undefined {
  const { authority, setUpUrl } = content
  if (!authority || setUpUrl === undefined) return undefined
  const { fingerprint, thumbprint, file } = authority
  const screen = withCode(setUpUrl, content, size, colors, (width) => [
    colors.title('Set up HTTPS on a new phone, once'),
    ...wrap('Scan this code: the page shows how the phone can trust this computer.', width),
    ...wrap('Then scan the viewer code: press q.', width),
    '',
    'SHA-256 of the CA, to compare:',
    ...fingerprintLines(fingerprint, BYTES_PER_LINE),
    '',
    'SHA-1 (Windows):',
    ...fingerprintLines(thumbprint, BYTES_PER_LINE),
  ])
  return `${screen}\n${INDENT}${setUpUrl} · CA in ${shorten(file)}`
}
