import type { ErrorCode, LinkStatus } from 'vue-sync/viewer'

/** What is known of the connection. Times are milliseconds since 1970. */
export interface Condition {
  status: LinkStatus
  host: 'online' | 'offline' | undefined
  retryAt: number | undefined
  lastUpdate: number | undefined
  error: { code: ErrorCode } | undefined
}

export interface Description {
  /** `live`: what is shown is now. `busy`: soon again. `away`: nothing to be done here. `stopped`: something is. */
  tone: 'live' | 'busy' | 'away' | 'stopped'
  /** What to read. */
  text: string
  /** The same for a screen reader, without the seconds that pass. */
  announced: string
  /** What the person can do. */
  advice?: string
}

const STOPPED: Partial<Record<ErrorCode, [text: string, advice: string]>> = {
  VS102: ['Stopped: the key was refused', 'Scan the code on the host again.'],
  VS103: ['Stopped: another host took over', 'Scan the code on the new host.'],
  VS104: ['Stopped: the session is over', 'Ask the host for a new link.'],
  VS105: ['Stopped: the versions do not fit', 'Reload this page, or update the relay.'],
}

/** "just now", "40 s ago", "2 min ago", "3 h ago", "2 days ago" */
export function ago(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  if (seconds < 5) return 'just now'
  if (seconds < 60) return `${seconds} s ago`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ago`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ago`
  return `${Math.floor(hours / 24)} days ago`
}

function same(tone: Description['tone'], text: string, advice?: string): Description {
  return { tone, text, announced: text, ...(advice && { advice }) }
}

/** The truth about the connection in words. */
export function describe(condition: Condition, now: number): Description {
  const { status, host, retryAt, lastUpdate, error } = condition
  if (error) {
    const [text, advice] = STOPPED[error.code] ?? ['Stopped', 'Scan the code on the host again.']
    return same('stopped', text, advice)
  }
  switch (status) {
    case 'disconnected':
      return same('stopped', 'Disconnected', 'Connect again from the menu.')
    case 'connecting':
      return same('busy', 'Connecting…')
    case 'reconnecting': {
      const seconds = retryAt === undefined ? 0 : Math.ceil((retryAt - now) / 1000)
      const text = seconds > 0 ? `Reconnecting in ${seconds} s` : 'Reconnecting…'
      return { tone: 'busy', text, announced: 'Reconnecting' }
    }
    case 'connected':
      if (host === 'offline') {
        const when = lastUpdate === undefined ? '' : `, last update ${ago(now - lastUpdate)}`
        return { tone: 'away', text: `Host offline${when}`, announced: 'Host offline' }
      }
      return lastUpdate === undefined
        ? same('busy', 'Connected, waiting for the host')
        : same('live', 'Live')
  }
}
