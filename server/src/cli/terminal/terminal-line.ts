import { stripVTControlCharacters } from 'node:util'

/** The part of a terminal that one line needs. */
export interface Terminal {
  write: (text: string) => unknown
  /** The width in characters; 0 or `undefined` when the terminal does not report it. */
  columns?: number | undefined
}

/** The last lines of a terminal, which are redrawn in place. */
export interface TerminalLine {
  /** Replaces the text. The last line is cut to the width of the terminal, the lines above it wrap. */
  show: (text: string) => void
  /** Calls `print` with the lines removed, and draws them again below what was printed. */
  above: (print: () => void) => void
  /** Leaves the lines as they are; later output appears below them. */
  end: () => void
}

const CLEAR_TO_END = '\u001B[K'
const CLEAR_BELOW = '\u001B[J'
const DEFAULT_WIDTH = 80

const lengthOf = (line: string): number => stripVTControlCharacters(line).length

export function createTerminalLine(terminal: Terminal): TerminalLine {
  let shown = ''
  /** The lines on the screen, and the width at which they were drawn. */
  let drawn: string[] = []
  let drawnWidth = 0

  const width = (): number => terminal.columns || DEFAULT_WIDTH
  // Terminals wrap lines again when their width changes.
  const rowsOf = (line: string): number => Math.max(1, Math.ceil(lengthOf(line) / width()))

  /** Moves to the start of the first of some lines, which end at the cursor. */
  function moveTo(lines: readonly string[]): string {
    const rows = lines.reduce((sum, line) => sum + rowsOf(line), 0)
    return rows > 1 ? `\u001B[${rows - 1}A\r` : '\r'
  }

  /** Moves to the first of the lines, and clears them if there are several. */
  function rewind(): string {
    const start = moveTo(drawn)
    return start === '\r' ? start : `${start}${CLEAR_BELOW}`
  }

  /** Whether lines take the same rows as those on the screen. */
  function isInPlace(lines: readonly string[]): boolean {
    return (
      drawnWidth === width() &&
      lines.length === drawn.length &&
      lines.every((line, at) => rowsOf(line) === rowsOf(drawn[at]!))
    )
  }

  /** The lines over what they replace. Clearing a full row would take its last character. */
  const over = (lines: readonly string[]): string =>
    lines
      .map((line) => (lengthOf(line) % width() === 0 && line !== '' ? line : line + CLEAR_TO_END))
      .join('\r\n')

  function draw(): void {
    const lines = shown.split('\n')
    // Some terminals move to the next line as soon as the last column is written.
    const next = [...lines.slice(0, -1), lines.at(-1)!.slice(0, width() - 1)]
    if (isInPlace(next)) {
      // Without clearing first, and from the first line that changed: a line that is cleared each second flickers.
      const first = next.findIndex((line, at) => line !== drawn[at])
      if (first !== -1) terminal.write(moveTo(drawn.slice(first)) + over(next.slice(first)))
    } else terminal.write(`${rewind()}${next.join('\r\n')}${CLEAR_TO_END}`)
    drawn = next
    drawnWidth = width()
  }

  return {
    show(text) {
      if (text === shown) return
      shown = text
      draw()
    },
    above(print) {
      if (shown === '') return print()
      terminal.write(`${rewind()}${CLEAR_TO_END}`)
      drawn = []
      print()
      draw()
    },
    end() {
      if (shown !== '') terminal.write('\n')
      shown = ''
      drawn = []
    },
  }
}
