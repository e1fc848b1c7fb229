import type { Backplane } from '../core/shared/backplane.ts'
import { createWindowCounts } from '../core/shared/window-counts.ts'

export interface RateLimitOptions {
  /** Limits with the same name count together on all nodes. */
  name: string
  /** Wrong attempts of one client within the window: of an IPv4 address, or of an IPv6 network of 64 bits. */
  perClient: number
  /** Wrong attempts of one IPv6 network of 48 bits, which providers give to a single customer. */
  perNetwork: number
  /** Wrong attempts of all clients together. */
  overall: number
  /** In milliseconds. */
  window: number
  /** Counts for all nodes. While they cannot be reached, this node counts alone. @default this node counts alone */
  backplane?: Pick<Backplane, 'count' | 'isHealthy'> | undefined
  /** A clock in milliseconds; only differences matter. @default performance.now */
  now?: () => number
}

const PER_MINUTE = { perClient: 10, perNetwork: 50, window: 60_000 }

/**
 * A code has 30 random bits, is valid for 20 minutes, and a session has at most two valid ones.
 *
 * - One address tries 200 codes in 20 minutes: it finds a given session with 200 × 2 / 2^30, 1 in 2.7 million.
 * - All addresses together try 20,000 in 20 minutes, 1 in 27,000; in a whole day, 1 in 370.
 *
 * The overall limit makes phones with the right code wait too, so it must not be reached by a few: it takes 100
 * IPv4 addresses or 20 IPv6 networks, all at their own limits. Ending the codes after many wrong tries would stop
 * no attacker, because a random guess is as likely to meet a new code as an old one.
 */
export const CODE_LIMITS = { ...PER_MINUTE, name: 'codes', overall: 1000 }

/**
 * Keys have no overall limit: attackers could use it to lock out everyone who has the right key. Guessing is slow
 * enough without: 1,000 addresses try 14 million keys a day, of the 2^41 that eight random letters and digits make.
 */
export const KEY_LIMITS = { ...PER_MINUTE, name: 'keys', overall: Number.POSITIVE_INFINITY }

/** Limits how often clients may guess a key or a code. */
export interface RateLimit {
  /**
   * Counts an attempt before it is judged, so that parallel attempts cannot pass the limit together. Resolves to the
   * milliseconds until the client may try again; 0 when this attempt may be judged.
   */
  begin: (address: string) => Promise<number>
  /** Takes back the count of an attempt that was right. */
  succeed: (address: string) => void
}

function groupsOf(address: string): string[] {
  const [head = '', tail = ''] = address.split('::')
  const left = head.split(':').filter(Boolean)
  const right = tail.split(':').filter(Boolean)
  const zeros = address.includes('::') ? 8 - left.length - right.length : 0
  return [...left, ...Array<string>(Math.max(0, zeros)).fill('0'), ...right]
}

/** The client of an address. A client with one IPv6 address has the whole /64 network. */
export function clientOf(address: string): string {
  return address.includes(':') ? groupsOf(address).slice(0, 4).join(':') : address
}

/** The /48 network of an IPv6 address; `undefined` for IPv4, whose neighbours are other customers. */
function networkOf(address: string): string | undefined {
  return address.includes(':') ? groupsOf(address).slice(0, 3).join(':') : undefined
}

export function createRateLimit(options: RateLimitOptions): RateLimit {
  const { name, perClient, perNetwork, overall, window, backplane, now } = options
  const local = createWindowCounts(now && { now })

  /** What an attempt counts for. A client at its own limit must not use up the limits of others, so it is first. */
  function countsOf(address: string): [key: string, most: number][] {
    const counts: [string, number][] = [[`${name}:${clientOf(address)}`, perClient]]
    const network = networkOf(address)
    if (network !== undefined) counts.push([`${name}:${network}/48`, perNetwork])
    if (overall < Number.POSITIVE_INFINITY) counts.push([`${name}:all`, overall])
    return counts
  }

  async function countElsewhere(key: string, by: number): Promise<number> {
    if (!backplane?.isHealthy) return 0
    return backplane.count(key, by, window).catch(() => 0)
  }

  return {
    async begin(address) {
      const counts = countsOf(address)
      // All of it before the first `await`.
      for (const [key, most] of counts)
        if (local.add(key, 1, window) > most) return local.timeLeft(key)
      for (const [key, most] of counts)
        if ((await countElsewhere(key, 1)) > most) return local.timeLeft(key) || window
      return 0
    },
    succeed(address) {
      for (const [key] of countsOf(address)) {
        local.add(key, -1, window)
        void countElsewhere(key, -1)
      }
    },
  }
}
