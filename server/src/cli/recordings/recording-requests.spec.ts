import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readRecordRequest, readReplayRequest } from './recording-requests.ts'

const LINK = 'ws://127.0.0.1:9876'
const folder = mkdtempSync(join(tmpdir(), 'vue-sync-requests-'))
const keyFile = join(folder, 'viewer.key')
writeFileSync(keyFile, 'from-the-file\n', { mode: 0o600 })
afterAll(() => rmSync(folder, { recursive: true }))

const record = (args: string[], env = {}) => readRecordRequest([LINK, ...args], env, () => {})

describe('a request to record', () => {
  it('has no size that `replay` would refuse', () => {
    expect(record(['--max-size', '1073741824']).mostBytes).toBe(1_073_741_824)
    expect(() => record(['--max-size', '1073741825'])).toThrow(
      '--max-size must be at most 1073741824, because replay reads no larger file.',
    )
    expect(record([]).mostBytes).toBe(1_073_741_824)
  })

  it('takes the key of a flag before that of a variable', () => {
    const env = { VUE_SYNC_VIEWER_KEY: 'from-the-variable' }
    expect(record([], env).address.key).toBe('from-the-variable')
    expect(record(['--viewer-key-file', keyFile], env).address.key).toBe('from-the-file')
    expect(() => record(['--viewer-key', 'x', '--viewer-key-file', keyFile])).toThrow(
      '--viewer-key-file (VUE_SYNC_VIEWER_KEY_FILE) and --viewer-key (VUE_SYNC_VIEWER_KEY) exclude each other.',
    )
  })
})

it('a request to replay names a flag that does not exist in one line', () => {
  expect(() => readReplayRequest(['show.ndjson', '--tempo', '2'], {}, () => {})).toThrow(
    /^\[vue-sync\] Unknown option '--tempo'\. See --help\.$/,
  )
})
