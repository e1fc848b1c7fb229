import { readdirSync, readFileSync } from 'node:fs'

/** Microseconds of CPU that a process has used so far, as Linux counts them for each of its threads. */
export function cpuOf(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`)
  const used = tasks.map((task) => {
    const [nanoseconds] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')
    return Number(nanoseconds) / 1000
  })
  return used.reduce((sum, microseconds) => sum + microseconds, 0)
}

/** Bytes of memory that a process holds for itself alone. */
export function memoryOf(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const kibibytes = ['Private_Clean', 'Private_Dirty'].map((name) =>
    Number(new RegExp(`${name}:\\s+(\\d+)`).exec(rollup)?.[1] ?? 0),
  )
  return kibibytes.reduce((sum, size) => sum + size, 0) * 1024
}

/** A process and all that it has started. */
export function treeOf(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number),
  )
  return [pid, ...children.flatMap(treeOf)]
}
