import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import spawn from 'cross-spawn'

export interface Running {
  child: ChildProcess
  /** Kills the program and all processes that it started. */
  stop: () => Promise<void>
}

/** Kills a process group. Windows has none, but knows the children of a process. */
function killGroup(pid: number): void {
  if (process.platform === 'win32') spawn.sync('taskkill', ['/pid', String(pid), '/t', '/f'])
  else process.kill(-pid, 'SIGKILL')
}

/** Starts a program in a new process group, so that `stop` can kill it with its children. */
export function start(command: string, args: string[], options: SpawnOptions = {}): Running {
  const child = spawn(command, args, { ...options, detached: true })
  const ended = once(child, 'exit').catch(() => {})
  return {
    child,
    async stop() {
      if (child.pid === undefined) return
      try {
        killGroup(child.pid)
      } catch {
        // The process group has already ended.
      }
      await ended
    },
  }
}
