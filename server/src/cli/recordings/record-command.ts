import process from 'node:process'
import { UsageError } from '../../core/usage-error.ts'
import { createRecordingFile } from '../../recordings/recording-file.ts'
import { recordSession } from '../../recordings/record-session.ts'
import { createPipedRecording } from './piped-recording.ts'
import { readRecordRequest } from './recording-requests.ts'
import { onStopSignal } from '../processes/stop-signals.ts'

/**
 * Records a session until Ctrl+C or the end of `--for`.
 *
 * @param print writes a line for people to stderr, because stdout may be the recording
 * @throws UsageError also if nothing was recorded
 */
export async function recordCommand(
  args: string[],
  env: NodeJS.ProcessEnv,
  print: (text: string) => void,
): Promise<void> {
  const { address, output, duration, mostBytes } = readRecordRequest(args, env, print)
  const file = output === '-' ? createPipedRecording(process.stdout) : createRecordingFile(output)
  const stopping = new AbortController()
  onStopSignal(() => stopping.abort())
  // The program that reads the recording may end first.
  if (output === '-') process.stdout.on('error', () => stopping.abort())
  const timer = duration === undefined ? undefined : setTimeout(() => stopping.abort(), duration)
  let isFull = false
  let isKnown = false
  try {
    const { messages } = await recordSession({
      address,
      write(lines) {
        isFull = file.bytes + Buffer.byteLength(lines) > mostBytes
        if (!isFull) file.write(lines)
        return !isFull
      },
      onNotice: print,
      onConnected() {
        const to = output === '-' ? '' : ` to ${output}`
        print(
          isKnown
            ? 'Connected again.'
            : `Recording the session ${address.session}${to}. Ctrl+C stops.`,
        )
        isKnown = true
      },
      signal: stopping.signal,
    })
    if (isFull) print(`The recording has its longest size, ${mostBytes} bytes (--max-size).`)
    if (file.bytes === 0)
      throw new UsageError(
        isFull
          ? 'The first state is larger, so nothing was written.'
          : 'No state has arrived, so nothing was written.',
      )
    print(`Recorded ${messages} ${messages === 1 ? 'message' : 'messages'}, ${file.bytes} bytes.`)
  } finally {
    clearTimeout(timer)
    file.close()
  }
}
