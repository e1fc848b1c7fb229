/** A terminal, as far as one line of it goes. */
export interface Terminal {
  write: (text: string) => unknown
  /** How wide it is; 0 and `undefined` for one that does not say. */
  columns?: number | undefined
}

export interface LiveLine {
  /** Puts a text in place of the one before. */
  show: (text: string) => void
  /** Lets something be printed above it. */
  above: (print: () => void) => void
  /** Leaves the line as it is; what comes then is below it. */
  end: () => void
}

const CLEAR_TO_END = '\u001B[K'
const USUAL_WIDTH = 80

/** The last line of a terminal, written anew in its place. */
export function createLiveLine(terminal: Terminal): LiveLine {
  let shown = ''

  function draw(): void {
    // In the last column some terminals have begun the next line already.
    const cut = shown.slice(0, (terminal.columns || USUAL_WIDTH) - 1)
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
