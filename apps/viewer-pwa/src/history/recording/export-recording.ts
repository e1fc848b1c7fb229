import { bindingOf, encodeFrame, type SyncAddress } from '@vue-sync/vue/protocol'
import {
  formatEntry,
  formatHeader,
  type Frame,
  headerFor,
  headOf,
  isEncrypted,
  nameIn,
} from '@vue-sync/vue/recording'
import type { Recorder } from './recorder.ts'

export type Exported =
  | { name: string; parts: string[]; encrypted: boolean }
  | 'nothing'
  | 'no_start'

/** The name of a file, by the session and the time of the first state. */
const fileName = ({ session }: SyncAddress, start: number): string =>
  `${session}-${new Date(start).toISOString().slice(0, 19).replaceAll(':', '-')}`

/**
 * Makes a recording of the received messages. It begins with a whole state. The frames of an encrypted session stay
 * encrypted, so only people with the session's link can play the recording. If the first whole state of such a session
 * was dropped, there is no recording, because only the host can encrypt another whole state.
 */
export async function exportRecording(
  recorder: Pick<Recorder, 'address' | 'base' | 'entries'>,
): Promise<Exported> {
  const { address, base } = recorder
  let { entries } = recorder
  if (!address || (entries.length === 0 && !base)) return 'nothing'
  const isSealed = bindingOf(address) !== undefined
  let whole: Frame | undefined
  if (base && !isSealed) {
    const { epoch, seq, values, payload } = base.message
    whole = await encodeFrame(
      { type: 'session_update', epoch, seq, ...(values && { values }), payload },
      {},
    )
  } else {
    const first = entries.findIndex(
      (entry) => 'frame' in entry && entry.head?.type === 'session_update',
    )
    if (first === -1) return 'no_start'
    entries = entries.slice(first)
  }
  const first = entries[0]
  const start = first?.at ?? base!.lastUpdate
  const begin = whole ?? (first as { frame: Frame }).frame
  const name =
    base?.name ??
    entries.map((entry) => ('frame' in entry ? nameIn(entry.frame) : undefined)).find(Boolean)
  const head = headOf(begin)!
  const header = headerFor(head, {
    start,
    session: address.session,
    ...(name !== undefined && { name }),
  })
  const parts = [formatHeader(header)]
  if (whole !== undefined) parts.push(formatEntry({ at: 0, frame: whole }))
  let at = 0
  for (const entry of entries) {
    // The clock of the device may have been set back.
    at = Math.max(at, entry.at - start)
    parts.push(
      formatEntry('frame' in entry ? { at, frame: entry.frame } : { at, event: entry.event }),
    )
  }
  return { name: fileName(address, start), parts, encrypted: isEncrypted(head) }
}
