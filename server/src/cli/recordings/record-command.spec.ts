import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createSyncServer } from '../../server.ts'
import { recordCommand } from './record-command.ts'

it('fails when no state arrives, and writes no file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vue-sync-record-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const relay = createSyncServer({ port: 0, host: '127.0.0.1', open: true, warn: () => {} })
  await relay.start()
  onTestFinished(() => relay.stop())
  const link = `ws://127.0.0.1:${relay.getStatus().port}/s/nobody`
  const file = join(folder, 'nothing.ndjson')
  const recorded = recordCommand([link, '-o', file, '--for', '300ms'], {}, () => {})
  await expect(recorded).rejects.toThrow('No state has arrived, so nothing was written.')
  expect(existsSync(file)).toBe(false)
})
