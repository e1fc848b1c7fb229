import { readFileSync } from 'node:fs'

export interface MemoryWatch {
  /** The most that the process had in memory, in MiB. */
  readonly peak: number
  stop: () => void
}

/** What a process has in memory now, in MiB; 0 when it has ended. */
export function residentMemory(pid: number): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Number(kilobytes ?? 0) / 1024
  } catch {
    return 0
  }
}

/** Samples the memory of a process every 100 ms, and kills the process above a limit, as a container would. */
export function limitMemory(pid: number, limit: number): MemoryWatch {
  let peak = 0
  const timer = setInterval(() => {
    const now = residentMemory(pid)
    peak = Math.max(peak, now)
    if (now > limit) process.kill(pid, 'SIGKILL')
  }, 100)
  return {
    get peak() {
      return peak
    },
    stop: () => clearInterval(timer),
  }
}
