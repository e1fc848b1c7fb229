import { fileURLToPath } from 'node:url'
import { createSyncClient } from '@vue-sync/vue/client'
import {
  commandStarter,
  type Result,
  type StartProgram,
  testHost,
  testViewer,
} from '@vue-sync/server/conformance'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { stubPage } from '../support/apps/app.ts'
import { TOOLS, toolPath } from '../support/system/tools.ts'

/** Answers are usually immediate. The long time is for loaded machines, on which a Python needs seconds to start. */
const PATIENCE_MS = 20_000
const RUN_MS = 600_000

const EXAMPLE = fileURLToPath(new URL('../../examples/python/', import.meta.url))
const python = (file: string): StartProgram =>
  // Without writing compiled files into the repository.
  commandStarter(`"${toolPath('python')}" -B "${EXAMPLE}${file}"`)

/** The results that are not simply passed, without times. */
const exceptions = (results: readonly Result[]) =>
  results
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ id, outcome, reason, expected, seen }) => ({ id, outcome, reason, expected, seen }))

describe.skipIf(!TOOLS.python)('the example in Python', () => {
  it('has a viewer that meets every requirement', { timeout: RUN_MS }, async () => {
    const results = await testViewer({ start: python('viewer.py'), patience: PATIENCE_MS })
    expect(exceptions(results)).toEqual([])
    expect(results.length).toBeGreaterThan(60)
  })

  it('has a host that meets every requirement', { timeout: RUN_MS }, async () => {
    const results = await testHost({ start: python('host.py'), patience: PATIENCE_MS })
    expect(exceptions(results)).toEqual([])
    expect(results.length).toBeGreaterThan(30)
  })
})

describe('the client of this library', () => {
  /** Runs in this process, and prints as the kit asks for. */
  const start: StartProgram = ({ link }) => {
    const lines: string[] = []
    const client = createSyncClient()
    const print = (): void => {
      const line = JSON.stringify({ state: client.state, current: !client.stale })
      if (client.lastUpdate !== undefined && line !== lines.at(-1)) lines.push(line)
    }
    client.on('change', print)
    client.on('status', print)
    client.connect(link)
    return {
      lines,
      errors: '',
      hasEnded: false,
      write: () => {},
      async stop() {
        client.disconnect()
      },
    }
  }

  beforeEach(() => {
    stubPage()
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    vi.spyOn(console, 'error').mockImplementation(() => {})
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })

  it('meets the requirements for viewers', { timeout: RUN_MS }, async () => {
    const results = await testViewer({ start, patience: PATIENCE_MS })
    expect(exceptions(results)).toEqual([
      expect.objectContaining({ id: 'computes-hashes', outcome: 'not applicable' }),
    ])
  })
})
