import process from 'node:process'

/** One line that rewrites itself on a terminal; elsewhere a plain line every few seconds. */
export interface Progress {
  /** Milliseconds between two looks at what is to be said. */
  every: number
  show: (line: string) => void
  /** Leaves the line as it is: what comes next begins a new one. */
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
      // One that wraps could not be rewritten.
      stream.write(CLEAR + line.slice(0, stream.columns - 1))
    },
    end() {
      if (isOpen) stream.write('\n')
      isOpen = false
    },
  }
}
