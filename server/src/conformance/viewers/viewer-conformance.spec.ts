import { describe, expect, it } from 'vitest'
import { sampleViewer, type ViewerFault } from '../../../test/sample-viewer.ts'
import { testViewer } from './viewer-conformance.ts'

/** Longer than the wait of 2 s after a lost connection. */
const PATIENCE_MS = 2500

/** A fault, the requirement that finds it, and its number. */
const FAULTS: readonly (readonly [ViewerFault, id: string, rule: string | undefined])[] = [
  ['no key', 'offers-role-and-key', undefined],
  ['ignores epochs', 'reconnects-after-a-change-of-another-epoch', 'V1'],
  ['ignores gaps', 'reconnects-after-a-gap', 'V1'],
  ['forgets its position', 'reconnects-after-a-status-ahead', 'V1'],
  ['applies partly', 'recovers-from-a-missing-path', 'V5'],
  ['drops __proto__', 'patch-has-own-proto', 'V3'],
  ['ignores what does not fit', 'recovers-from-a-leading-zero', 'V5'],
  ['keeps removed values', 'drops-removed-values', 'V6'],
  ['is always current', 'calls-only-current-state-current', 'V7'],
  ['ends at junk', 'expects-hostile-messages', 'V9'],
  ['shows unknown codecs', 'stops-at-an-unknown-codec', 'V11'],
  ['returns at once', 'returns-after-a-lost-connection', undefined],
  ['returns after 4403', 'stops-after-4403', undefined],
]

async function run(id: string, fault?: ViewerFault) {
  const [result] = await testViewer({
    start: sampleViewer(fault),
    only: [id],
    patience: PATIENCE_MS,
  })
  return result!
}

describe('a viewer that', () => {
  it.each(FAULTS)('%s fails %s, and the report names %s', async (fault, id, rule) => {
    expect(await run(id, fault)).toMatchObject({
      id,
      rule,
      outcome: 'failed',
      expected: expect.stringMatching(/./),
      seen: expect.stringMatching(/./),
    })
  })

  it.each(FAULTS)('does not have the fault "%s" passes %s', async (_, id) => {
    expect(await run(id)).toMatchObject({ id, outcome: 'passed' })
  })

  it('sends something only gets a warning, because V10 is a SHOULD', async () => {
    expect(await run('sends-nothing', 'greets')).toMatchObject({ rule: 'V10', outcome: 'warned' })
  })

  it('computes no hash is not asked about it', async () => {
    expect(await run('computes-hashes')).toMatchObject({
      outcome: 'not applicable',
      reason: 'the viewer prints no "hash"',
    })
  })
})
