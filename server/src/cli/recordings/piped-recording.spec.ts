import { PassThrough, type Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { createPipedRecording } from './piped-recording.ts'

const MEBIBYTE = 1024 * 1024
const LINE = `${'x'.repeat(MEBIBYTE - 1)}\n`

it('ends a recording whose reader is too slow, before memory fills up', () => {
  // Nobody reads it.
  const pipe: Writable = new PassThrough()
  const file = createPipedRecording(pipe)
  expect(() => {
    for (let written = 0; written < 200; written++) file.write(LINE)
  }).toThrow('The program that reads the recording is too slow.')
  expect(file.bytes / MEBIBYTE).toBeLessThanOrEqual(130)
  expect(file.bytes / MEBIBYTE).toBeGreaterThan(128)
})

it('counts bytes, and not characters', () => {
  const pipe = new PassThrough()
  const file = createPipedRecording(pipe)
  file.write('Größe\n')
  expect(file.bytes).toBe(8)
  expect(String(pipe.read())).toBe('Größe\n')
})
