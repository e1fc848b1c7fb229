import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'

export interface Running {
  child: ChildProcess
  /** Kills the program and all processes that it started. */
  stop: () => Promise<void>
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
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        // The process group has already ended.
      }
      await ended
    },
  }
}
