import {
  commandStarter,
  conforms,
  HOST_REQUIREMENTS,
  RELAY_REQUIREMENTS,
  type Result,
  testHost,
  testRelay,
  testViewer,
  VIEWER_REQUIREMENTS,
} from '../../conformance/index.ts'
import { countOutcomes, formatResult, formatSummary } from '../../conformance/core/report.ts'
import { onStopSignal } from '../processes/stop-signals.ts'
import {
  type ConformanceRequest,
  readConformanceRequest,
  type Tested,
} from './conformance-request.ts'

interface Printing {
  /** Prints the report to stdout. */
  print: (text: string) => void
  /** Prints to stderr. */
  printAside: (text: string) => void
}

const GROUPS = [
  ['Relays', RELAY_REQUIREMENTS],
  ['Viewers (--viewer)', VIEWER_REQUIREMENTS],
  ['Hosts (--host)', HOST_REQUIREMENTS],
] as const

function listRequirements(): string {
  const lines: string[] = []
  for (const [title, requirements] of GROUPS) {
    lines.push(`${title}:`)
    for (const { id, rule = '', title: text } of requirements)
      lines.push(`  ${rule.padEnd(3)}  ${text} (${id})`)
    lines.push('')
  }
  return lines.join('\n')
}

function test(
  tested: Tested,
  { only, patience }: ConformanceRequest,
  onResult: (result: Result) => void,
  signal: AbortSignal,
): Promise<Result[]> {
  const options = { only, onResult, signal, ...(patience !== undefined && { patience }) }
  if (tested.kind === 'relay') return testRelay({ ...tested, ...options })
  const start = commandStarter(tested.command)
  return tested.kind === 'viewer'
    ? testViewer({ start, ...options })
    : testHost({ start, ...options })
}

const nameOf = (tested: Tested): string =>
  tested.kind === 'relay' ? tested.urls.map((url) => `${url}/`).join(' ') : tested.command

/**
 * Tests a relay, a viewer or a host against the protocol, and prints a report.
 *
 * @returns whether it conforms
 * @throws UsageError for mistakes that one line explains, such as a key that is missing
 */
export async function conformanceCommand(
  args: string[],
  env: NodeJS.ProcessEnv,
  { print, printAside }: Printing,
): Promise<boolean> {
  const request = readConformanceRequest(args, env, printAside)
  const { tested, json } = request
  if (!tested) {
    print(listRequirements())
    return true
  }
  const stopping = new AbortController()
  onStopSignal(() => stopping.abort())
  let isFirst = true
  const onResult = (result: Result): void => {
    if (json) return
    if (isFirst) print(`Testing the ${tested.kind} ${nameOf(tested)}\n`)
    isFirst = false
    print(formatResult(result))
  }
  const results = await test(tested, request, onResult, stopping.signal)
  const isStopped = stopping.signal.aborted
  if (json) {
    const report = { tested: tested.kind, conforms: conforms(results) && !isStopped }
    print(JSON.stringify({ ...report, counts: countOutcomes(results), results }))
  } else {
    print(`\n${formatSummary(tested.kind, results)}`)
    if (isStopped) print('The run was stopped, so some requirements were not tested.')
  }
  return conforms(results) && !isStopped
}
