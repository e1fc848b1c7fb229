import { expect, it } from 'vitest'
import { createLog, type Level, LOG_LEVELS, type LogLevel } from './log.ts'

const SAID: Record<LogLevel, Level[]> = {
  info: ['info', 'warn', 'error'],
  warn: ['warn', 'error'],
  error: ['error'],
  silent: [],
}

it.each(LOG_LEVELS)('at level %s logs that level and worse ones', (level) => {
  for (const json of [true, false]) {
    const said: Level[] = []
    const log = createLog({ json, level, write: (from) => void said.push(from) })
    for (const from of ['info', 'warn', 'error'] as const) log(from, 'x')
    expect(said).toEqual(SAID[level])
  }
})

it('logs a line of text, or a JSON object', () => {
  const lines: string[] = []
  const write = (_: Level, line: string) => void lines.push(line)
  createLog({ json: false, write })('warn', 'It rains', { drops: 3 })
  createLog({ json: true, write, now: () => 0 })('warn', 'It rains', { drops: 3 })
  expect(lines).toEqual([
    '[vue-sync] It rains',
    '{"time":"1970-01-01T00:00:00.000Z","level":"warn","message":"It rains","drops":3}',
  ])
})
