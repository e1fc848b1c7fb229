import {
  type AccessRules,
  formatLink,
  isTrustworthyOrigin,
  MAIN_TOKEN,
  parseLink,
  type SignedToken,
  type ViewerUrl,
} from '../../protocol/index.ts'
import type { LinkKeys } from '../access/encryption.ts'

export interface ViewerLinkOptions {
  session: string
  /** The address of every link, with its base path. @default the addresses that the relay reports */
  pinned: string | undefined
  /** Added to each link whose address is trustworthy. Links to other addresses are left out. @default none */
  keys: LinkKeys | undefined
}

/** The links that a host shows, from those that the relay reported. */
export function viewerLinks(
  reported: readonly ViewerUrl[],
  { session, pinned, keys }: ViewerLinkOptions,
): ViewerUrl[] {
  const linkAt = (relay: string, { url }: ViewerUrl): string =>
    formatLink({ relay, session, key: parseLink(url)?.key, ...keys })

  if (pinned !== undefined)
    return reported
      .slice(0, 1)
      .map((entry) => ({ name: new URL(pinned).hostname, url: linkAt(pinned, entry) }))
  if (!keys) return [...reported]
  return reported.flatMap((entry) => {
    const { relay } = parseLink(entry.url) ?? {}
    if (relay === undefined || !isTrustworthyOrigin(relay)) return []
    return [{ ...entry, url: linkAt(relay, entry) }]
  })
}

/**
 * Leaves out links that open nothing. Once the relay's own key is revoked, a link needs the key of a general token that
 * is valid and signed. The relay reports earlier links until then. A link without a key works at an open relay.
 */
export function workingLinks(
  links: ViewerUrl[],
  { tokens, revoked }: AccessRules,
  signed: readonly SignedToken[],
): ViewerUrl[] {
  if (!revoked.includes(MAIN_TOKEN)) return links
  return links.filter(({ url }) =>
    signed.some(
      ({ id, key }) =>
        key === (parseLink(url)?.key ?? key) &&
        tokens.some((token) => token.id === id && token.general),
    ),
  )
}
