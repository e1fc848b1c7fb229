import { formatLink, parseLink } from 'vue-sync/protocol'

const KEY = 'vue-sync:link'

/** Where links are kept. Storage may be refused (private mode, policy): then nothing is remembered. */
export interface LinkMemory {
  read: () => string | undefined
  write: (link: string) => void
  forget: () => void
}

export function createLinkMemory(storage: () => Storage): LinkMemory {
  const attempt = <T>(use: (storage: Storage) => T): T | undefined => {
    try {
      return use(storage())
    } catch {
      return undefined
    }
  }
  return {
    read() {
      const link = attempt((store) => store.getItem(KEY)) ?? undefined
      return link && parseLink(link) ? link : undefined
    },
    write: (link) => void attempt((store) => store.setItem(KEY, link)),
    forget: () => void attempt((store) => store.removeItem(KEY)),
  }
}

/** The session that the page's own address names, if it names one: by a fragment, or by a path. */
export function linkOfPage(href: string): string | undefined {
  const { origin, pathname, hash } = new URL(href)
  const fragment = new URLSearchParams(hash.slice(1))
  if (!fragment.has('k') && !fragment.has('s') && pathname === '/') return undefined
  const address = parseLink(href)
  return address && formatLink({ ...address, origin })
}

/** A link for a person to read: no key in it. */
export function nameOf(link: string): string {
  const address = parseLink(link)
  if (!address) return link
  const host = new URL(address.origin).host
  return address.session === 'default' ? host : `${host} · ${address.session}`
}
