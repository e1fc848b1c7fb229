import { inject, type InjectionKey, type Ref, shallowRef } from 'vue'
import type { KeptState, KnownSession, SessionCache } from '@vue-sync/vue/cache'
import { formatLink, isRecord, parseLink } from '@vue-sync/vue/protocol'
import { createAppMemory } from '../../device/app-memory.ts'
import { createMemory, type Memory } from '../../device/memory.ts'

/** A session in the list, and the code of the error after which its link no longer opens it. */
export interface ListedSession extends KnownSession {
  ended?: string | undefined
}

export interface KnownSessions {
  /** Sorted by last use, latest first. */
  sessions: Readonly<Ref<ListedSession[]>>
  refresh: () => Promise<void>
  /**
   * Deletes a session with its key and its state. `restore` brings back the last one.
   *
   * @param wasOpen whether the session was on show
   */
  forget: (link: string, wasOpen?: boolean) => Promise<void>
  /** The session that was deleted last, until `keepForgotten`. */
  forgotten: Readonly<Ref<KnownSession | undefined>>
  /** Resolves with the link of the session if it was on show when it was deleted. */
  restore: () => Promise<string | undefined>
  /** Ends the time in which `restore` is offered. */
  keepForgotten: () => void
  /** Marks a listed session, whose link no longer opens it. */
  mark: (link: string, code: string) => Promise<void>
  /** Removes the mark, because the link has opened the session. */
  unmark: (link: string) => Promise<void>
}

export interface KnownSessionsOptions {
  cache: SessionCache
  /** Keeps the marks. */
  marks: Memory
  /** Keeps the link that the app opens with. */
  link: Memory
}

const KEY: InjectionKey<KnownSessions> = Symbol('known sessions')
export { KEY as KNOWN_SESSIONS_KEY }

/** The form in which the list has a link. */
function listedForm(link: string): string | undefined {
  const address = parseLink(link)
  return address && formatLink(address)
}

/** Keeps the link that the app opens with. */
export function createLinkMemory(): Memory {
  return createAppMemory('link')
}

export function createMarksMemory(): Memory {
  return createMemory('vue-sync:ended', () => localStorage)
}

/** The sessions that this device has shown. */
export function createKnownSessions({
  cache,
  marks,
  link: kept,
}: KnownSessionsOptions): KnownSessions {
  const sessions = shallowRef<ListedSession[]>([])
  const forgotten = shallowRef<KnownSession>()
  let forgottenState: KeptState | undefined
  let reopen: string | undefined

  function readMarks(): Record<string, string> {
    try {
      const read: unknown = JSON.parse(marks.read() ?? '{}')
      const entries = isRecord(read) ? Object.entries(read) : []
      return Object.fromEntries(
        entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
      )
    } catch {
      return {}
    }
  }
  function writeMarks(next: Record<string, string>): void {
    if (Object.keys(next).length === 0) marks.forget()
    else marks.write(JSON.stringify(next))
  }

  async function refresh(): Promise<void> {
    const list = await cache.list()
    const marked = readMarks()
    // A mark of a session that is no longer listed is of no use.
    const used = list.filter(({ id }) => marked[id] !== undefined)
    writeMarks(Object.fromEntries(used.map(({ id }) => [id, marked[id]!])))
    sessions.value = list.map((known) => Object.assign(known, { ended: marked[known.id] }))
  }

  function find(link: string): ListedSession | undefined {
    const listed = listedForm(link)
    return sessions.value.find((known) => known.link === listed)
  }

  return {
    sessions,
    refresh,
    forgotten,
    async forget(link, wasOpen) {
      await refresh()
      const known = find(link)
      const address = parseLink(link)
      forgottenState = address && (await cache.load(address))
      await cache.forget(link)
      if (listedForm(kept.read() ?? '') === listedForm(link)) kept.forget()
      forgotten.value = known
      reopen = wasOpen ? link : undefined
      await refresh()
    },
    async restore() {
      const known = forgotten.value
      const address = known && parseLink(known.link)
      const state = forgottenState
      forgotten.value = forgottenState = undefined
      if (!address) return undefined
      if (state) await cache.save(address, state)
      await refresh()
      // A session whose state was too large to be saved is listed until the page is closed, or it is opened.
      if (!find(known.link)) sessions.value = [known, ...sessions.value]
      return reopen
    },
    keepForgotten() {
      forgotten.value = forgottenState = undefined
    },
    async mark(link, code) {
      await refresh()
      const known = find(link)
      if (!known) return
      writeMarks({ ...readMarks(), [known.id]: code })
      await refresh()
    },
    async unmark(link) {
      if (marks.read() === undefined) return
      await refresh()
      const { [find(link)?.id ?? '']: mark, ...others } = readMarks()
      if (mark === undefined) return
      writeMarks(others)
      await refresh()
    },
  }
}

export function useKnownSessions(): KnownSessions {
  return inject(KEY)!
}
