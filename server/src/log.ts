export type Level = 'info' | 'warn' | 'error'

export interface LogOptions {
  /** One JSON object a line, for machines. */
  json: boolean
  /** @default console.log for `info`, console.error for the others */
  write?: (level: Level, line: string) => void
  /** @default Date.now */
  now?: () => number
}

export type Log = (level: Level, message: string, details?: object) => void

function toConsole(level: Level, line: string): void {
  // oxlint-disable-next-line no-console -- this is where a server says things
  if (level === 'info') console.log(line)
  // oxlint-disable-next-line no-console -- as above
  else console.error(line)
}

/** What the relay says while it runs: a line for a person, or an object for a machine. No secret is in either. */
export function createLog({ json, write = toConsole, now = Date.now }: LogOptions): Log {
  return (level, message, details = {}) => {
    const line = json
      ? JSON.stringify({ time: new Date(now()).toISOString(), level, message, ...details })
      : `[vue-sync] ${message}`
    write(level, line)
  }
}
