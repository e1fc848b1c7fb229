import process from 'node:process'
import type { RelayLinks } from '../../operate/worker-queries.ts'
import type { Totals } from '../../core/totals.ts'
import { formatAddresses } from '../screen/banner.ts'
import { toAscii, usesUtf8 } from '../screen/charset.ts'
import type { Colors } from '../screen/colors.ts'
import { hasKeyboard, isInForeground, listenForKeys } from './keyboard.ts'
import { startLiveLine } from './live-line.ts'
import { openOneTimePage } from './one-time-page.ts'
import { hasScreen, openBrowser } from './open-browser.ts'
import { formatFooter } from '../screen/footer.ts'
import { formatScreen, formatTrust } from '../screen/screen.ts'
import { keyList, type ScreenContent, type ScreenSize } from '../screen/screen-content.ts'
import { wrap } from '../screen/text-columns.ts'
import type { TerminalLine } from './terminal-line.ts'

export interface InteractiveOptions {
  content: ScreenContent
  colors: Colors
  line: TerminalLine
  /** The current links, code and totals of the relay. */
  links: () => Promise<RelayLinks>
  totals: () => Promise<Totals[]>
  /** Makes another code. */
  newCode: () => Promise<RelayLinks>
}

const DEFAULT_SIZE = { columns: 80, rows: 24 }

const NO_UTF8 =
  'No QR code, because this terminal does not show UTF-8. Open the link below, or type the code in the viewer.'
const NEW_ADDRESS = 'The address of this computer changed. This is the new link and QR code.'
const NEW_LINKS =
  'All earlier links and codes were revoked. This is the new link, with a new QR code and a new code to type.'
const OPENED_TWICE =
  'The address that the browser got was opened twice. If no viewer opened on your screen, another user of this computer may have the link: start the relay with --new-keys.'

/** The `o` key works again after this time. */
const OPEN_AGAIN_MS = 1000

/** @throws Error if the system has no sockets or processes left */
async function openInBrowser(target: string, onSecondUse: () => void): Promise<boolean> {
  const page = await openOneTimePage({ target, onSecondUse })
  const isOpen = await openBrowser(page.url).catch(() => false)
  if (!isOpen) page.close()
  return isOpen
}

/** The part of a link that changes when links are revoked. */
const keyOf = (url: string | undefined): string => url?.split('#')[1] ?? ''

function size(): ScreenSize {
  const { columns, rows } = process.stdout
  return { columns: columns || DEFAULT_SIZE.columns, rows: rows || DEFAULT_SIZE.rows }
}

/** Shows the codes, keeps the lines at the bottom current, and acts on keys. Returns a function that stops the lines. */
export function startInteractive(options: InteractiveOptions): () => void {
  const { colors, line } = options
  const isUtf8 = usesUtf8()
  let content: ScreenContent = {
    ...options.content,
    hasKeys: hasKeyboard(),
    ...(!isUtf8 && { codeProblem: NO_UTF8 }),
  }
  const adapt = (text: string): string => (isUtf8 ? text : toAscii(text))
  // oxlint-disable-next-line no-console -- the output of the command
  const print = (text: string): void => line.above(() => console.log(adapt(text)))
  const footer = (): string[] => formatFooter(content, size().columns, colors)
  const printScreen = (): void => print(formatScreen(content, size(), colors))

  function update(links: RelayLinks): void {
    const before = content.viewerUrls[0]?.url
    content = { ...content, ...links }
    const after = content.viewerUrls[0]?.url
    if (after === before) return
    // The QR code on the screen is out of date.
    const isRevoked = keyOf(before) !== keyOf(after)
    print(`\n  ${isRevoked ? NEW_LINKS : NEW_ADDRESS}\n`)
    printScreen()
  }

  async function openViewer(): Promise<void> {
    const { viewerUrls } = content
    const { url } = viewerUrls.find(({ reach }) => reach === 'machine') ?? viewerUrls[0]!
    if (!hasScreen())
      return print(`  No browser can be opened from here. Open this link: ${viewerUrls[0]!.url}`)
    const isOpen = await openInBrowser(url, () => print(`  ${OPENED_TWICE}`)).catch(() => false)
    if (!isOpen) print(`  No browser could be opened. Open this link: ${url}`)
  }

  let isOpening = false
  /** A key that is held down must not open many browsers. */
  function openViewerOnce(): void {
    if (isOpening) return
    isOpening = true
    void openViewer().finally(() => setTimeout(() => (isOpening = false), OPEN_AGAIN_MS).unref())
  }

  async function renewCode(): Promise<void> {
    update(await options.newCode())
    await refresh()
  }

  function help(): string {
    const { hostKey, keysFile } = content
    return [
      '',
      formatAddresses(content.viewerUrls),
      '',
      ...(hostKey
        ? [`  Host key: paste it into the host app, so that it may publish`, `    ${hostKey}`]
        : []),
      ...(keysFile
        ? [`  Keys are kept in ${keysFile}. Start with --new-keys to replace them.`]
        : []),
      ...content.notes.flatMap((note) => wrap(note, size().columns - 4)).map((note) => `  ${note}`),
      '',
      ...[...keyList(content), ['Ctrl+C', 'stop the relay']].map(
        ([key, does]) => `  ${colors.strong(key!.padEnd(6))}  ${does}`,
      ),
      '',
    ].join('\n')
  }

  function onKey(key: string): void {
    switch (key) {
      case 'o':
        return openViewerOnce()
      case 'q':
        return printScreen()
      case 'c':
        return void renewCode().catch(() => print('  The code could not be changed. Try again.'))
      case 't': {
        const trust = formatTrust(content, size(), colors)
        return print(trust ?? '  Phones need to trust nothing here. For HTTPS, start with --https.')
      }
      case 'h':
      case '?':
        return print(help())
    }
  }

  const { refresh, pause, resume, stop } = startLiveLine({
    line: { ...line, show: (text) => line.show(adapt(text)) },
    read: options.totals,
    async above() {
      update(await options.links())
      return footer()
    },
  })
  if (isInForeground()) printScreen()
  else pause()
  listenForKeys({
    onKey,
    onPause: pause,
    onResume() {
      printScreen()
      resume()
    },
  })
  return stop
}
