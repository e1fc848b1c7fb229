import process from 'node:process'

/** Progress output: one rewritten line on a terminal, or a new line every few seconds elsewhere. */
export interface Progress {
  /** Milliseconds between two calls of `show`. */
  every: number
  show: (line: string) => void
  /** Ends the line, so that further output starts on a new one. */
  end: () => void
}

const CLEAR = '\r\u001B[2K'

export function createProgress(stream = process.stdout): Progress {
  if (!stream.isTTY) return { every: 5000, show: (line) => stream.write(`${line}\n`), end() {} }
  let isOpen = false
  return {
    every: 250,
    show(line) {
      isOpen = true
      // A wrapped line could not be rewritten.
      stream.write(CLEAR + line.slice(0, stream.columns - 1))
    },
    end() {
      if (isOpen) stream.write('\n')
      isOpen = false
    },
  }
}
