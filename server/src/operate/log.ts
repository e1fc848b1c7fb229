/** From the most output to none. */
export const LOG_LEVELS = ['info', 'warn', 'error', 'silent'] as const

/** The lowest level that is logged. */
export type LogLevel = (typeof LOG_LEVELS)[number]

export type Level = Exclude<LogLevel, 'silent'>

export interface LogOptions {
  /** Log one JSON object per line. */
  json: boolean
  /** Messages below this level are dropped. @default 'info' */
  level?: LogLevel
  /** @default console.log for `info`, console.error for the others */
  write?: (level: Level, line: string) => void
  /** @default Date.now */
  now?: () => number
}

export type Log = (level: Level, message: string, details?: object) => void

/** Writes to the console: `info` to stdout, the others to stderr. */
export function toConsole(level: Level, line: string): void {
  // oxlint-disable-next-line no-console -- the console is the log
  if (level === 'info') console.log(line)
  // oxlint-disable-next-line no-console -- as above
  else console.error(line)
}

/** Logs one line per message: text, or a JSON object. Callers must pass no secret. */
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
