import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type CliRelay, startCliRelay } from '../support/relays/cli-relay.ts'
import {
  type HostPage,
  openHost,
  openViewer,
  type ViewerPage,
} from '../support/apps/host-and-viewer.ts'
import { openSmallDisk, type SmallDisk } from '../support/system/small-disk.ts'
import { TOOLS } from '../support/system/tools.ts'

const DISK_KIB = 64
const FULL = /State could not be saved in .*: ENOSPC: no space left on device/g

let disk: SmallDisk
let folder: string
let relay: CliRelay
const pages: (HostPage | ViewerPage)[] = []

function leave(): void {
  for (const { app } of pages.splice(0)) app.unmount()
}

/** Kills the relay, so that the next one finds only what was written before. */
async function restart(): Promise<void> {
  leave()
  await relay?.stop()
  // Through /proc, the relay could not tell whether the folder is private.
  const flags = ['--persist', join(disk.mountPoint, 'kept')]
  relay = await startCliRelay({ flags, prefix: disk.enter })
}

function open<T extends HostPage | ViewerPage>(page: (url: string) => T): T {
  const made = page(`ws://127.0.0.1:${relay.port}`)
  pages.push(made)
  return made
}

const text = (word: string) => word.repeat(1000)
const shows = (viewer: ViewerPage, word: string) =>
  expect.poll(() => viewer.load.by).toBe(text(word))

async function kept(): Promise<{ names: string[]; data: string }> {
  const names = await readdir(folder)
  const session = names.find((name) => name.endsWith('.session'))
  return { names, data: session ? await readFile(join(folder, session), 'utf8') : '' }
}
const keeps = (word: string) =>
  expect.poll(async () => (await kept()).data.includes(text(word)), { timeout: 30_000 }).toBe(true)

describe.skipIf(!TOOLS.unshare)('a relay with a full disk', () => {
  beforeEach(async () => {
    vi.stubGlobal('window', new EventTarget())
    vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: false }))
    disk = await openSmallDisk(DISK_KIB)
    folder = join(disk.dir, 'kept')
    await restart()
  })
  afterEach(async () => {
    leave()
    await relay.stop()
    await disk.close()
    vi.unstubAllGlobals()
  })

  it('warns once, keeps serving, leaves the last saved state intact, and saves again when there is space', async () => {
    const host = open(openHost)
    const viewer = open(openViewer)
    host.load.by = text('first')
    await shows(viewer, 'first')
    await keeps('first')
    const before = await kept()
    expect(before.names).toHaveLength(1)

    await disk.fill()
    host.load.by = text('second')
    await shows(viewer, 'second')
    await expect.poll(() => relay.output()).toMatch(FULL)
    await shows(open(openViewer), 'second')
    expect(await kept()).toEqual(before)
    expect(relay.output().match(FULL)).toHaveLength(1)

    await restart()
    const late = open(openViewer)
    await shows(late, 'first')
    expect(late.viewer.host.value).toBe('offline')
    const next = open(openHost)
    next.load.by = text('third')
    await shows(late, 'third')
    await expect.poll(() => relay.output()).toMatch(FULL)
    expect(await kept()).toEqual(before)

    await disk.clear()
    await keeps('third')
    expect((await kept()).names).toEqual(before.names)
    expect(relay.output().match(FULL)).toHaveLength(1)
    await restart()
    await shows(open(openViewer), 'third')
    expect(relay.output()).not.toMatch(FULL)
  })
})
