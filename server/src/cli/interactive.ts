import process from 'node:process'
import type { RelayLinks } from '../operate/worker-queries.ts'
import type { Totals } from '../core/totals.ts'
import { formatAddresses } from './banner.ts'
import type { Colors } from './colors.ts'
import { listenForKeys } from './keyboard.ts'
import { startLiveLine } from './live-line.ts'
import { openBrowser } from './open-browser.ts'
import {
  formatFooter,
  formatScreen,
  formatTrust,
  keyList,
  type ScreenContent,
  type ScreenSize,
} from './screen.ts'
import { wrap } from './text-columns.ts'
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

function size(): ScreenSize {
  const { columns, rows } = process.stdout
  return { columns: columns || DEFAULT_SIZE.columns, rows: rows || DEFAULT_SIZE.rows }
}

/** Shows the codes, keeps the lines at the bottom current, and acts on keys. Returns a function that stops the lines. */
export function startInteractive(options: InteractiveOptions): () => void {
  const { colors, line } = options
  let content = options.content
  // oxlint-disable-next-line no-console -- the output of the command
  const print = (text: string): void => line.above(() => console.log(text))
  const footer = (): string[] => formatFooter(content, size().columns, colors)
  const printScreen = (): void => print(formatScreen(content, size(), colors))

  function update(links: RelayLinks): void {
    const before = content.viewerUrls[0]?.url
    content = { ...content, ...links }
    // The code on the screen is out of date.
    if (content.viewerUrls[0]?.url !== before) printScreen()
  }

  async function openViewer(): Promise<void> {
    const own = content.viewerUrls.find(({ reach }) => reach === 'machine') ?? content.viewerUrls[0]
    if (!own) return
    if (!(await openBrowser(own.url))) print(`  No browser could be opened. Open ${own.url}`)
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
        return void openViewer()
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

  const { refresh, stop } = startLiveLine({
    line,
    read: options.totals,
    async above() {
      update(await options.links())
      return footer()
    },
  })
  printScreen()
  listenForKeys(onKey, printScreen)
  return stop
}
