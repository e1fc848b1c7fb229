/** The part of a terminal that one line needs. */
export interface Terminal {
  write: (text: string) => unknown
  /** The width in characters; 0 or `undefined` when the terminal does not report it. */
  columns?: number | undefined
}

/** The last line of a terminal, which is redrawn in place. */
export interface TerminalLine {
  /** Replaces the text of the line. */
  show: (text: string) => void
  /** Calls `print` with the line removed, and draws it again below what was printed. */
  above: (print: () => void) => void
  /** Leaves the line as it is; later output appears below it. */
  end: () => void
}

const CLEAR_TO_END = '\u001B[K'
const DEFAULT_WIDTH = 80

export function createTerminalLine(terminal: Terminal): TerminalLine {
  let shown = ''

  function draw(): void {
    // Some terminals move to the next line as soon as the last column is written.
    const cut = shown.slice(0, (terminal.columns || DEFAULT_WIDTH) - 1)
    terminal.write(`\r${cut}${CLEAR_TO_END}`)
  }

  return {
    show(text) {
      if (text === shown) return
      shown = text
      draw()
    },
    above(print) {
      if (shown === '') return print()
      terminal.write(`\r${CLEAR_TO_END}`)
      print()
      draw()
    },
    end() {
      if (shown !== '') terminal.write('\n')
      shown = ''
    },
  }
}
