import { describe, expect, it } from 'vitest'
import { createTerminalLine } from './terminal-line.ts'

const CLEAR = '\u001B[K'
const CLEAR_BELOW = '\u001B[J'

function open(columns = 20) {
  let writes: string[] = []
  const terminal = { columns, write: (text: string) => void writes.push(text) }
  const line = createTerminalLine(terminal)
  return {
    line,
    terminal,
    /** What was written since the last call. */
    written() {
      const text = writes
      writes = []
      return text
    },
  }
}

describe('lines that stay at the bottom', () => {
  it('are written over each other without clearing, from the first one that changed', () => {
    const { line, written } = open()
    line.show('link\ncode 1:00\n1 viewer')
    expect(written()).toEqual([`\rlink\r\ncode 1:00\r\n1 viewer${CLEAR}`])
    line.show('link\ncode 0:59\n1 viewer')
    expect(written()).toEqual([`\u001B[1A\rcode 0:59${CLEAR}\r\n1 viewer${CLEAR}`])
    line.show('link\ncode 0:59\n2')
    expect(written()).toEqual([`\r2${CLEAR}`])
    line.show('link\ncode 0:59\n2')
    expect(written()).toEqual([])
  })

  it('are cleared when their number, their rows or the width of the terminal change', () => {
    const { line, written, terminal } = open()
    line.show('a\nb')
    line.show('a\nb\nc')
    expect(written().at(-1)).toBe(`\u001B[1A\r${CLEAR_BELOW}a\r\nb\r\nc${CLEAR}`)
    line.show(`${'a'.repeat(21)}\nb\nc`)
    expect(written().at(-1)).toContain(`\u001B[2A\r${CLEAR_BELOW}`)
    terminal.columns = 10
    line.show(`${'a'.repeat(21)}\nb\nd`)
    expect(written().at(-1)).toContain(`\u001B[4A\r${CLEAR_BELOW}`)
  })

  it('keep the last character of a full row', () => {
    const { line, written } = open()
    line.show(`${'a'.repeat(20)}\nb`)
    line.show(`${'c'.repeat(20)}\nb`)
    expect(written().at(-1)).toBe(`\u001B[1A\r${'c'.repeat(20)}\r\nb${CLEAR}`)
  })

  it('are below what is printed, also after a pause', () => {
    const { line, written } = open()
    line.show('a\nb')
    written()
    line.above(() => {})
    expect(written()).toEqual([`\u001B[1A\r${CLEAR_BELOW}${CLEAR}`, `\ra\r\nb${CLEAR}`])
    line.end()
    expect(written()).toEqual(['\n'])
    line.above(() => {})
    expect(written()).toEqual([])
    line.show('a\nb')
    expect(written()).toEqual([`\ra\r\nb${CLEAR}`])
  })
})
