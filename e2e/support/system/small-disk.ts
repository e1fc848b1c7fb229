import { once } from 'node:events'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { start } from './processes.ts'
import { inMountNamespace } from './tools.ts'

/** A file system with a size of a few KiB. */
export interface SmallDisk {
  /** Path of the file system, for this process and its children. */
  dir: string
  /** A command prefix that starts a program where the file system is mounted, and its path there. */
  enter: string[]
  mountPoint: string
  /** Writes a file that takes all free space. */
  fill: () => Promise<void>
  /** Deletes that file. */
  clear: () => Promise<void>
  close: () => Promise<void>
}

/**
 * Mounts a small file system in the mount namespace of a child process, so the machine's mounts do not change.
 * Other processes reach it through /proc.
 *
 * @throws Error with the output if the mount fails
 */
export async function openSmallDisk(kib: number): Promise<SmallDisk> {
  const mountPoint = await mkdtemp(join(tmpdir(), 'vue-sync-disk-'))
  const script = `mount -t tmpfs -o size=${kib}k tmpfs "$0" && echo mounted && exec sleep 600`
  const [command, ...args] = [...inMountNamespace(), 'sh', '-c', script, mountPoint]
  const { child, stop } = start(command!, args)
  async function close(): Promise<void> {
    await stop()
    await rm(mountPoint, { recursive: true })
  }
  let output = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (data) => (output += String(data)))
  while (!output.includes('mounted')) {
    await Promise.race([once(child.stdout!, 'data'), once(child, 'exit')])
    if (child.exitCode === null) continue
    await close()
    throw new Error(`Mounting the small disk failed: ${output}`)
  }
  const dir = `/proc/${child.pid}/root${mountPoint}`
  const filler = join(dir, 'filler')
  const asUser = process.getuid?.() === 0 ? [] : ['-U', '--preserve-credentials']
  return {
    dir,
    enter: ['nsenter', '-t', String(child.pid), '-m', ...asUser],
    mountPoint,
    async fill() {
      const file = await open(filler, 'w')
      try {
        for (;;) await file.writeFile(Buffer.alloc(1024))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      } finally {
        await file.close()
      }
    },
    clear: () => rm(filler),
    close,
  }
}
