import process from 'node:process'

/** Files that a process has open besides its viewers' sockets. */
const OTHER_FILES = 100

/** Returns one line that says why a process cannot open so many sockets, or `undefined` if it can. */
export function openFilesProblem(sockets: number): string | undefined {
  // Only the diagnostic report has the limit. Node raises its soft limit to the hard limit at the start.
  const report = process.report as typeof process.report & { excludeNetwork: boolean }
  report.excludeNetwork = true
  const { userLimits } = report.getReport() as {
    userLimits?: { open_files?: { soft: number | string } }
  }
  const limit = userLimits?.open_files?.soft
  const needed = sockets + OTHER_FILES
  if (typeof limit !== 'number' || limit >= needed) return undefined
  return `${sockets} viewers need ${needed} open files, but the limit is ${limit}. Raise it first: ulimit -n ${needed}`
}
