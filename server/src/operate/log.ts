/** From all that is said to nothing. */
export const LOG_LEVELS = ['info', 'warn', 'error', 'silent'] as const

/** The least that is said. */
export type LogLevel = (typeof LOG_LEVELS)[number]

export type Level = Exclude<LogLevel, 'silent'>

export interface LogOptions {
  /** One JSON object a line, for machines. */
  json: boolean
  /** What is below is not said. @default 'info' */
  level?: LogLevel
  /** @default console.log for `info`, console.error for the others */
  write?: (level: Level, line: string) => void
  /** @default Date.now */
  now?: () => number
}

export type Log = (level: Level, message: string, details?: object) => void

/** Where a server says things. */
export function toConsole(level: Level, line: string): void {
  // oxlint-disable-next-line no-console -- as it says
  if (level === 'info') console.log(line)
  // oxlint-disable-next-line no-console -- as above
  else console.error(line)
}

/** What the relay says while it runs: a line for a person, or an object for a machine. No secret is in either. */
export function createLog(options: LogOptions): Log {
  const { json, write = toConsole, now = Date.now } = options
  const least = LOG_LEVELS.indexOf(options.level ?? 'info')
  return (level, message, details = {}) => {
    if (LOG_LEVELS.indexOf(level) < least) return
    const line = json
      ? JSON.stringify({ time: new Date(now()).toISOString(), level, message, ...details })
      : `[vue-sync] ${message}`
    write(level, line)
  }
}
