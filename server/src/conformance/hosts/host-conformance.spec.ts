import { describe, expect, it } from 'vitest'
import { type HostFault, sampleHost } from '../../../test/sample-host.ts'
import { testHost } from './host-conformance.ts'

/** Longer than the wait of 2 s after a lost connection. */
const PATIENCE_MS = 2500

interface Finding {
  fault: HostFault
  id: string
  /** The number of the requirement. */
  rule: string
  /** What the report says of it. */
  seen: RegExp
}

const FAULTS: readonly Finding[] = [
  { fault: 'speaks first', id: 'waits-for-the-first-status', rule: 'H1', seen: /before the first/ },
  { fault: 'has one epoch', id: 'takes-a-new-epoch', rule: 'H2', seen: /^same$/ },
  { fault: 'keeps its seq', id: 'publishes-every-kind-of-change', rule: 'H7', seen: /H[246]: / },
  {
    fault: 'skips a seq',
    id: 'publishes-every-kind-of-change',
    rule: 'H7',
    seen: /H6: .* with seq 3 after 1/,
  },
  { fault: 'ignores want', id: 'answers-each-want', rule: 'H5', seen: /no state/ },
  { fault: 'raises seq for want', id: 'answers-each-want', rule: 'H5', seen: /^2$/ },
  {
    fault: 'keeps removed fields',
    id: 'publishes-every-kind-of-change',
    rule: 'H7',
    seen: /"note":null/,
  },
  {
    fault: 'forgets its position',
    id: 'resumes-without-sending-again',
    rule: 'H1',
    seen: /nothing/,
  },
  {
    fault: 'sends a wrong hash',
    id: 'sends-right-hashes',
    rule: 'H10',
    seen: /the hash is/,
  },
  {
    fault: 'repeats itself after an error',
    id: 'does-not-repeat-mistakes',
    rule: 'H11',
    seen: /^[2-9]$/,
  },
  { fault: 'returns after 4409', id: 'stops-after-4409', rule: 'H13', seen: /^[2-9]$/ },
]

async function run(id: string, fault?: HostFault) {
  const [result] = await testHost({ start: sampleHost(fault), only: [id], patience: PATIENCE_MS })
  return result!
}

describe('a host that', () => {
  it.each(FAULTS)('$fault fails $id, and the report names $rule', async (given) => {
    const { fault, id, rule, seen } = given
    const result = await run(id, fault)
    expect(result).toMatchObject({
      id,
      rule,
      outcome: 'failed',
      expected: expect.stringMatching(/./),
    })
    expect(result.seen).toMatch(seen)
  })

  it.each(FAULTS)('does not have the fault "$fault" passes $id', async ({ id }) => {
    expect(await run(id)).toMatchObject({ id, outcome: 'passed' })
  })

  it('sends no patch gets a warning, because H8 is a SHOULD', async () => {
    expect(await run('sends-short-changes')).toMatchObject({ rule: 'H8', outcome: 'warned' })
  })
})
