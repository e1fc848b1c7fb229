import process from 'node:process'
import { fail } from '../scripts/fail.ts'
import { openFilesProblem } from '../scripts/load/open-files.ts'
import { NGINX, VARNISH } from '../scripts/test/cache-tools.ts'
import { findOrInstall } from '../scripts/test/tools.ts'
import type { CacheKind } from './cdn/caches.ts'
import { measure, type RunFigures } from './cdn/measure.ts'
import { type BenchOptions, HELP, readBenchOptions } from './cdn/options.ts'
import { notesOf, reportRows } from './cdn/report.ts'

/**
 * Measures an audience behind real caches: `pnpm bench:cdn --help`. Viewers poll the log through nginx and through
 * Varnish, and in a run of their own, viewers have sockets. Uses loopback only, and needs Linux. It exits with 1 if
 * a message was lost or arrived twice, or if a viewer was not connected.
 */

/** Returns the paths of the caches that the options name. Unpacks missing ones if allowed. */
function findCaches({ ways }: BenchOptions): Partial<Record<CacheKind, string>> {
  const tools = [
    { kind: 'nginx', tool: NGINX },
    { kind: 'varnish', tool: VARNISH },
  ] as const
  const wanted = tools.filter(({ kind }) => ways.includes(kind))
  const paths = findOrInstall(wanted.map(({ tool }) => tool))
  return Object.fromEntries(
    wanted.map(({ kind, tool }, index) => [
      kind,
      paths[index] ?? fail(`No ${tool.label}: install ${tool.packages[0]}, or set ${tool.env}.`),
    ]),
  )
}

async function runAll(options: BenchOptions): Promise<boolean> {
  const programs = findCaches(options)
  const runs: RunFigures[] = []
  if (!options.isJson)
    console.log(
      `${options.viewers} viewers, ${options.rate} messages per second of ${options.size} bytes for ${options.seconds} s`,
    )
  for (const way of options.ways) {
    const run = await measure(way, options, programs)
    runs.push(run)
    if (options.isJson) console.log(JSON.stringify(run))
    else for (const note of notesOf(run)) console.log(note)
  }
  // One table with a column for each run, because there are many figures.
  if (!options.isJson) console.table(turn(reportRows(runs)))
  return runs.every(
    ({ lost, duplicated, open, viewers }) => lost + duplicated === 0 && open === viewers,
  )
}

type Table = Record<string, Record<string, string>>

/** Makes the rows of a table its columns. */
function turn(rows: Table): Table {
  const turned: Table = {}
  for (const [name, row] of Object.entries(rows))
    for (const [figure, text] of Object.entries(row)) (turned[figure] ??= {})[name] = text
  return turned
}

const options = readBenchOptions(process.argv.slice(2))
if (!options) console.log(HELP)
else {
  if (process.platform !== 'linux') fail('The bench reads CPU times from /proc, so it needs Linux.')
  const problem = openFilesProblem(options.viewers)
  if (problem) fail(problem)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
  const isGood = await runAll(options).catch((error: Error) => fail(error.message))
  // An explicit exit ends the command even if a thread left a handle open.
  process.exit(isGood ? 0 : 1)
}
