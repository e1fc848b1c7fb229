import { readdirSync, readFileSync } from 'node:fs'

/** Returns the CPU time of a process in microseconds: the sum of what Linux counts for its threads. */
export function cpuOf(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`)
  const used = tasks.map((task) => {
    const [nanoseconds] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')
    return Number(nanoseconds) / 1000
  })
  return used.reduce((sum, microseconds) => sum + microseconds, 0)
}

/** Returns the private memory of a process in bytes. */
export function memoryOf(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const kibibytes = ['Private_Clean', 'Private_Dirty'].map((name) =>
    Number(new RegExp(`${name}:\\s+(\\d+)`).exec(rollup)?.[1] ?? 0),
  )
  return kibibytes.reduce((sum, size) => sum + size, 0) * 1024
}

/** Returns the ids of a process and all its descendants. */
export function treeOf(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number),
  )
  return [pid, ...children.flatMap(treeOf)]
}
