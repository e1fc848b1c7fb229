import { lookup } from 'node:dns/promises'
import { hostname as systemHostname, networkInterfaces } from 'node:os'
import {
  type Interfaces,
  isWildcard,
  type LanAddress,
  preferAddress,
  reachableAddresses,
} from './addresses.ts'

export interface AddressBookOptions {
  /** The address that the server binds. */
  host: string
  /** An address or a name that comes first in any case. @default none */
  address?: string | undefined
  /** @default os.networkInterfaces */
  interfaces?: () => Interfaces
  /** @default os.hostname */
  hostname?: string
  /** Resolves a name to all its addresses. @default dns.lookup */
  resolve?: (name: string) => Promise<string[]>
  /** @default Date.now */
  now?: () => number
}

/** The addresses at which this machine can be reached; they follow the machine into another network. */
export interface AddressBook {
  /** This machine's name in lower case, for certificates and links. */
  readonly hostname: string
  /** The address that most likely works on a phone comes first; names follow addresses; loopback is last. */
  list: () => LanAddress[]
  /** Adds `NAME.local` to the list, if it resolves to this machine. */
  findLocalName: () => Promise<void>
}

/** Addresses are read again after this time: asking the system for each link would cost too much. */
const FRESH_MS = 3000
const LOOKUP_MS = 500

const resolveAll = async (name: string): Promise<string[]> =>
  (await lookup(name, { all: true })).map(({ address }) => address)

export function createAddressBook(options: AddressBookOptions): AddressBook {
  const { host, interfaces = networkInterfaces, resolve = resolveAll, now = Date.now } = options
  const hostname = (options.hostname ?? systemHostname()).toLowerCase()
  let cached: { at: number; addresses: LanAddress[] } | undefined
  let localName: string | undefined

  const withChosen = (addresses: LanAddress[]): LanAddress[] =>
    options.address === undefined ? addresses : preferAddress(addresses, options.address)

  function list(): LanAddress[] {
    if (!cached || now() - cached.at >= FRESH_MS)
      cached = { at: now(), addresses: withChosen(reachableAddresses(host, interfaces())) }
    const { addresses } = cached
    if (localName === undefined || !addresses.some(({ reach }) => reach === 'network'))
      return addresses
    const at = addresses.findIndex(({ reach }) => reach === 'machine')
    return addresses.toSpliced(at, 0, { name: 'by name', address: localName, reach: 'network' })
  }

  return {
    hostname,
    list,
    async findLocalName() {
      if (!isWildcard(host)) return
      const name = `${hostname.split('.')[0]}.local`
      let timer: ReturnType<typeof setTimeout> | undefined
      const late = new Promise<string[]>((settle) => {
        timer = setTimeout(() => settle([]), LOOKUP_MS)
      })
      const found = await Promise.race([resolve(name).catch((): string[] => []), late])
      clearTimeout(timer)
      const own = list().filter(({ reach }) => reach !== 'machine')
      if (own.some(({ address }) => found.includes(address))) localName = name
    },
  }
}
