import { expect, it } from 'vitest'
import { printable } from './printable.ts'

it('removes what changes a terminal from the text of another program', () => {
  const hostile = 'full\u001B[2J\u001B]0;title\u0007\r\nRecorded 9 messages\u0000\u009B1A\u202Etxt'
  expect(printable(hostile)).toMatch(/^full\?{0,3}Recorded 9 messages\?+.*txt$/)
  // oxlint-disable-next-line no-control-regex -- the characters that must be gone
  expect(printable(hostile)).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202E]/)
  expect(printable('Zu viele Zuschauer, später wieder')).toBe('Zu viele Zuschauer, später wieder')
})
