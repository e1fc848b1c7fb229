/** Why nothing, or not everything, is shared, and what to do. For the person who shares, not for a developer. */
export interface Trouble {
  title: string
  fix: string
  /** A command to run, as part of the fix. */
  command?: string
  /** The address of a guide. */
  guide?: string
  /** The text of a button that starts sharing again. */
  retry?: string
}

const GUIDES = 'https://github.com/vue-sync/vue-sync/blob/main/docs'
const HTTPS_GUIDE = `${GUIDES}/guide/https.md`
const RELAY = 'npx @vue-sync/server'

/** An encrypted session has no address that a phone may use. */
const NEEDS_HTTPS: Trouble = {
  title: 'Phones need https for an encrypted session',
  fix: 'The relay has only http addresses for phones, and an http link would give the encryption key away. Start the relay with https, then reload this page.',
  command: `${RELAY} --https`,
  guide: HTTPS_GUIDE,
}

export const TROUBLES: Record<string, (origin: string) => Trouble> = {
  VS101: () => ({
    title: 'The relay’s address is not valid',
    fix: 'In the code of this page, give syncPlugin a url such as ws://HOST:9876.',
  }),
  VS102: () => ({
    title: 'The relay refused the host key',
    fix: 'In the code of this page, give syncPlugin the host key that the relay shows.',
  }),
  VS103: () => ({
    title: 'Another window shares this session now',
    fix: 'Close that window, or share from this one instead. The other one then stops.',
    retry: 'Share from this window',
  }),
  VS104: () => ({
    title: 'The relay’s operator ended this session',
    fix: 'Start it again when the operator agrees.',
    retry: 'Start sharing again',
  }),
  VS105: () => ({
    title: 'The relay has another version',
    fix: 'Update the relay or this page, whichever is older, then reload this page.',
    command: 'npx @vue-sync/server@latest',
  }),
  VS109: (origin) => ({
    title: 'The relay refuses this page',
    fix: 'Start the relay so that it accepts this page’s address, then start sharing again.',
    command: `${RELAY} --allow-origin ${origin}`,
    retry: 'Start sharing again',
  }),
  VS111: () => ({
    title: 'Encryption needs https',
    fix: 'Open this page over https, or as http://localhost on this computer.',
    guide: HTTPS_GUIDE,
  }),
  VS115: () => NEEDS_HTTPS,
  VS117: () => ({
    title: 'The data is too large for this relay',
    fix: 'Viewers show an earlier state. Choose less data, or start the relay with a higher limit.',
    command: `${RELAY} --max-host-message 67108864`,
  }),
  VS118: () => ({
    title: 'This page has https, and the relay does not',
    fix: 'Browsers block such connections. Start the relay with https.',
    command: `${RELAY} --https`,
    guide: HTTPS_GUIDE,
  }),
  VS119: () => ({
    title: 'The browser may block your network',
    fix: 'Allow “Local network access” for this page in the browser’s settings. This page keeps trying.',
    guide: `${HTTPS_GUIDE}#pages-from-the-internet-and-a-relay-in-your-network`,
  }),
  VS120: () => ({
    title: 'The relay does not answer',
    fix: 'Start the relay, and check its address and the network. This page keeps trying.',
    command: RELAY,
  }),
  VS121: () => ({
    title: 'The relay has no session at this address',
    fix: 'Check the path of the address: it must be the base path of the relay (--base). For another host name, start the relay with --allow-host.',
  }),
  VS126: () => ({
    title: 'The relay has no room',
    fix: 'It is at one of its limits. Wait a minute, or start the relay with a higher limit. This page keeps trying.',
    guide: `${GUIDES}/reference/server.md#what-a-client-may-use`,
  }),
}

/** For each error without a card of its own. */
const UNKNOWN: Trouble = {
  title: 'Sharing has stopped',
  fix: 'Start it again. The browser’s console has the details.',
  retry: 'Start sharing again',
}

/** Whether a problem has a card of its own. The others are about parts of the state. */
export function hasCard(code: string): boolean {
  return code in TROUBLES
}

/**
 * @param origin of this page
 * @param troubles the card of each code
 */
export function describeTrouble(
  error: string | undefined,
  problems: readonly string[],
  origin: string,
  troubles = TROUBLES,
): Trouble | undefined {
  if (error !== undefined) return troubles[error]?.(origin) ?? UNKNOWN
  const failing = problems.find(hasCard)
  return failing === undefined ? undefined : troubles[failing]!(origin)
}
