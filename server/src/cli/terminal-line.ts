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

export function createTerminalLine(terminal: Terminal): TerminalLine {
  let shown = ''
  /** The lines on the screen. */
  let drawn: string[] = []

  const width = (): number => terminal.columns || DEFAULT_WIDTH

  /** Moves to the first of the lines, and clears them if there are several. */
  function rewind(): string {
    // Terminals wrap lines again when their width changes.
    const rows = drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(stripVTControlCharacters(line).length / width())),
      0,
    )
    return rows > 1 ? `\u001B[${rows - 1}A\r${CLEAR_BELOW}` : '\r'
  }

  function draw(): void {
    const start = rewind()
    const lines = shown.split('\n')
    // Some terminals move to the next line as soon as the last column is written.
    drawn = [...lines.slice(0, -1), lines.at(-1)!.slice(0, width() - 1)]
    terminal.write(`${start}${drawn.join('\r\n')}${CLEAR_TO_END}`)
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
