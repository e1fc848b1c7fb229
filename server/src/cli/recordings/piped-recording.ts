import type { Writable } from 'node:stream'
import { UsageError } from '../../core/usage-error.ts'
import type { RecordingFile } from '../../recordings/recording-file.ts'

/** More bytes than the longest line wait for a slow reader. */
const MAX_WAITING = 128 * 1024 * 1024

/** A stream as a file, for `-o -`. `write` throws a UsageError when the reader of the stream is too slow. */
export function createPipedRecording(
  stream: Pick<Writable, 'write' | 'writableLength'>,
): RecordingFile {
  let bytes = 0
  return {
    write(line) {
      if (stream.writableLength > MAX_WAITING)
        throw new UsageError('The program that reads the recording is too slow.')
      stream.write(line)
      bytes += Buffer.byteLength(line)
    },
    get bytes() {
      return bytes
    },
    close() {},
  }
}
