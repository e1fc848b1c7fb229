import { DEFAULT_SESSION, formatLink, parseLink, type SyncAddress } from '@vue-sync/vue/protocol'
import { readBase } from '../../core/base-path.ts'
import { headOf, type RecordingHeader } from '@vue-sync/vue/recording'
import { UsageError } from '../../core/usage-error.ts'
import { readRecordingFile } from '../../recordings/recording-file.ts'
import { replaySession } from '../../recordings/replay-session.ts'
import { SERVER_DEFAULTS, type SyncServerOptions } from '../../server-options.ts'
import type { SyncServer } from '../../server.ts'
import type { ReplayRequest } from './recording-requests.ts'
import { onStopSignal } from '../processes/stop-signals.ts'

interface Checked {
  header: RecordingHeader
  messages: number
  /** Milliseconds. */
  duration: number
}

/** Reads the whole file once, so that a bad one is refused before anything starts. @throws UsageError */
async function check(file: string): Promise<Checked> {
  let header: RecordingHeader | undefined
  let messages = 0
  let duration = 0
  for await (const entry of readRecordingFile(file, (found) => (header = found))) {
    if ('frame' in entry && headOf(entry.frame)) messages++
    duration = entry.at
  }
  return { header: header!, messages, duration }
}

/** What `replay` adds to a start of the relay. */
export interface Replay {
  /** Changes options for a recording that the relay cannot read. */
  withOptions: (options: SyncServerOptions) => SyncServerOptions
  /** Plays into a relay that listens. Rejects if it cannot. The link of the session is printed without key unless `showsKeys`. */
  into: (
    server: SyncServer,
    options: SyncServerOptions,
    printing: { showsKeys: boolean },
  ) => Promise<void>
  /** Plays into a running relay until Ctrl+C. */
  to: (address: SyncAddress) => Promise<void>
}

/** The relay keeps this many messages of a recording from which no whole state can be made. */
const LARGE_CAPACITY = 100_000

/** The same link for people who have the keys already. */
function withoutKeys(link: string): string {
  const { relay, session } = parseLink(link)!
  return formatLink({ relay, session })
}

const time = (ms: number): string => {
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/**
 * Checks a recording, and says what it is.
 *
 * @throws UsageError if it cannot be played
 */
export async function prepareReplay(
  { file, speed, loop }: ReplayRequest,
  print: (text: string) => void,
): Promise<Replay> {
  const { header, messages, duration } = await check(file)
  if (header.encrypted && loop)
    throw new UsageError(
      '--loop is not possible with a recording of an encrypted session, because viewers refuse state that is older than what they have shown.',
    )
  const isReadable = /^json(?:\+|$)/.test(header.codec)

  function play(address: SyncAddress, signal: AbortSignal, isOwnRelay: boolean): Promise<void> {
    const started = new Date(header.start).toISOString().slice(0, 16).replace('T', ' ')
    print(
      `Playing ${file}, recorded ${started} UTC: ${messages} messages in ${time(duration)}${header.encrypted ? ', encrypted' : ''}.`,
    )
    return replaySession({
      address,
      entries: () => readRecordingFile(file),
      name: header.name,
      speed,
      loop,
      isOwnRelay,
      signal,
      onEnd: () =>
        print(
          loop
            ? 'The recording has ended, and begins again.'
            : 'The recording has ended. Its last state stays until Ctrl+C.',
        ),
    })
  }

  return {
    withOptions: (options) => (isReadable ? options : { capacity: LARGE_CAPACITY, ...options }),
    into(server, { host = '0.0.0.0', base = '/', https, cert }, { showsKeys }) {
      const at = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
      const isTls = https === true || cert !== undefined
      const { port } = server.getStatus()
      // A frame that is encrypted is valid in its own session only.
      const session = header.encrypted ? header.session : DEFAULT_SESSION
      const [link] = server.viewerUrls(session)
      if (session !== DEFAULT_SESSION && link)
        print(`It plays in the session ${session}: ${showsKeys ? link.url : withoutKeys(link.url)}`)
      const origin = `${isTls ? 'wss' : 'ws'}://${at.includes(':') ? `[${at}]` : at}:${port}`
      const relay = origin + readBase(base)
      return play({ relay, session, key: server.hostKey }, new AbortController().signal, true)
    },
    to(address) {
      if (!isReadable && messages > SERVER_DEFAULTS.capacity)
        print(
          `The relay cannot get a whole state of this recording. If viewers connect during the replay, start the relay with --capacity ${Math.min(messages, LARGE_CAPACITY)}.`,
        )
      const stopping = new AbortController()
      onStopSignal(() => stopping.abort())
      return play(address, stopping.signal, false)
    },
  }
}
