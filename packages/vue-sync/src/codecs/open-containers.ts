import { MOST_DEPTH } from '../protocol/index.ts'

/** Counts the values that each open list and map of a binary document still needs. */
export interface OpenContainers {
  /** Whether the document is complete. */
  readonly isDone: boolean
  /** Counts a value without parts. Keys of maps must be text. */
  leaf: (isText: boolean) => void
  /**
   * Opens a list or a map.
   *
   * @param left the bytes that follow. Each value has at least one.
   */
  enter: (count: number, isMap: boolean, left: number) => void
}

/**
 * @throws Error, from its methods, for a document that nests too deep, announces more values than it has bytes,
 * or has a key that is not text
 */
export function createOpenContainers(): OpenContainers {
  const missing = [1]
  const maps = [false]

  function count(isText: boolean): void {
    const top = missing.length - 1
    if (!isText && maps[top] && missing[top]! % 2 === 0) throw new Error('bad key')
    missing[top]!--
  }

  function close(): void {
    while (missing.at(-1) === 0) {
      missing.pop()
      maps.pop()
    }
  }

  return {
    get isDone() {
      return missing.length === 0
    },
    leaf(isText) {
      count(isText)
      close()
    },
    enter(entries, isMap, left) {
      count(false)
      const values = isMap ? entries * 2 : entries
      if (values > left) throw new Error('more values than bytes')
      // The first number stands for the document itself.
      if (missing.push(values) - 1 > MOST_DEPTH) throw new Error('too deep')
      maps.push(isMap)
      close()
    },
  }
}
