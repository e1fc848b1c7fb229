import {
  fsyncSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import type * as Fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  formatEntry,
  formatHeader,
  headerFor,
  headOf,
  type RecordingEntry,
} from '@vue-sync/vue/recording'
import { createRecordingFile, readRecordingFile } from './recording-file.ts'

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof Fs>()
  return { ...fs, fsyncSync: vi.fn(fs.fsyncSync) }
})

let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'vue-sync-recordings-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the file of a recording', () => {
  const whole = '{"type":"session_update","epoch":"e","seq":1,"payload":{}}'
  const header = formatHeader(headerFor(headOf(whole)!, { start: 1, session: 'default' }))

  it('can be read by its owner only, and replaces no other file', async () => {
    const path = join(folder, 'a.ndjson')
    const file = createRecordingFile(path)
    file.write(header)
    file.write(formatEntry({ at: 0, frame: whole }))
    // Before it is closed: nothing is lost if the process is killed.
    expect(readFileSync(path, 'utf8')).toContain('session_update')
    file.close()
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(() => createRecordingFile(path)).toThrow('is not replaced')
    const entries: RecordingEntry[] = []
    for await (const entry of readRecordingFile(path)) entries.push(entry)
    expect(entries).toEqual([{ at: 0, frame: whole }])
  })

  it('is not left behind without content', () => {
    const path = join(folder, 'empty.ndjson')
    createRecordingFile(path).close()
    expect(() => statSync(path)).toThrow('ENOENT')
  })

  it.each([
    ['missing.ndjson', undefined, 'ENOENT'],
    ['cut.ndjson', `${header}{"at":0,"te`, 'cut off in line 2'],
    ['other.ndjson', 'hello\n', 'not a recording of vue-sync'],
  ])('%s gives an error that names it', async (name, content, problem) => {
    const path = join(folder, name)
    if (content !== undefined) writeFileSync(path, content)
    const read = async () => {
      for await (const entry of readRecordingFile(path)) void entry
    }
    await expect(read()).rejects.toThrow(problem)
    await expect(read()).rejects.toThrow(name)
  })
})

it.skipIf(process.platform !== 'linux')(
  'a file that cannot be synchronized is closed, and its error is reported',
  () => {
    const path = join(folder, 'full.ndjson')
    const file = createRecordingFile(path)
    file.write('x')
    const before = readdirSync('/proc/self/fd').length
    const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
    vi.mocked(fsyncSync).mockImplementationOnce(() => {
      throw full
    })
    expect(file.close).toThrow('ENOSPC')
    expect(readdirSync('/proc/self/fd')).toHaveLength(before - 1)
  },
)
