import { once } from 'node:events'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { start } from './processes.ts'
import { inMountNamespace } from './tools.ts'

/** A disk of a few KiB, to be used as any other. */
export interface SmallDisk {
  /** Where it is, for this process and those that it starts. */
  dir: string
  /** Takes all the room that is left. */
  fill: () => Promise<void>
  /** Gives that room back. */
  clear: () => Promise<void>
  close: () => Promise<void>
}

/** Held by a process with mounts of its own, and reached through it: the machine's own mounts stay. */
export async function openSmallDisk(kib: number): Promise<SmallDisk> {
  const mountPoint = await mkdtemp(join(tmpdir(), 'vue-sync-disk-'))
  const script = `mount -t tmpfs -o size=${kib}k tmpfs "$0" && echo mounted && exec sleep 600`
  const [command, ...args] = [...inMountNamespace(), 'sh', '-c', script, mountPoint]
  const { child, stop } = start(command!, args)
  async function close(): Promise<void> {
    await stop()
    await rm(mountPoint, { recursive: true })
  }
  let said = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (data) => (said += String(data)))
  while (!said.includes('mounted')) {
    await Promise.race([once(child.stdout!, 'data'), once(child, 'exit')])
    if (child.exitCode === null) continue
    await close()
    throw new Error(`no disk could be mounted: ${said}`)
  }
  const dir = `/proc/${child.pid}/root${mountPoint}`
  const filler = join(dir, 'filler')
  return {
    dir,
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
