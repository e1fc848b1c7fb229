import { closeSync, createReadStream, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import {
  createRecordingReader,
  type RecordingEntry,
  RecordingError,
  type RecordingHeader,
} from '@vue-sync/vue/recording'
import { UsageError } from '../core/usage-error.ts'

export interface RecordingFile {
  /** Writes at once, so that nothing is lost when the process ends. @throws Error of the system, such as a full disk */
  write: (line: string) => void
  readonly bytes: number
  /** Deletes the file if nothing was written. */
  close: () => void
}

/**
 * Makes a file that only this user can read. Never replaces a file.
 *
 * @throws UsageError if it exists or cannot be written
 */
export function createRecordingFile(path: string): RecordingFile {
  let file: number
  try {
    file = openSync(path, 'wx', 0o600)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError(
      code === 'EEXIST'
        ? `-o ${path}: there is such a file already, and it is not replaced. Give another name.`
        : `-o ${path} cannot be written (${code}).`,
    )
  }
  let bytes = 0
  return {
    write(line) {
      const data = Buffer.from(line)
      for (let at = 0; at < data.length;) at += writeSync(file, data, at)
      bytes += data.length
    },
    get bytes() {
      return bytes
    },
    close() {
      try {
        if (bytes > 0) fsyncSync(file)
      } finally {
        closeSync(file)
      }
      if (bytes === 0) rmSync(path, { force: true })
    },
  }
}

/**
 * Reads a file entry by entry, so that the size of the file does not matter.
 *
 * @param onHeader called before the first entry
 * @throws UsageError that names the file and what is wrong with it
 */
export async function* readRecordingFile(
  path: string,
  onHeader?: (header: RecordingHeader) => void,
): AsyncGenerator<RecordingEntry> {
  const reader = createRecordingReader()
  let isKnown = false
  try {
    for await (const text of createReadStream(path, 'utf8')) {
      const entries = reader.read(text as string)
      if (!isKnown && reader.header) {
        isKnown = true
        onHeader?.(reader.header)
      }
      yield* entries
    }
    reader.end()
  } catch (error) {
    if (error instanceof RecordingError) throw new UsageError(`${path}: ${error.message}`)
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new UsageError(`${path} cannot be read (${code}).`)
  }
}
