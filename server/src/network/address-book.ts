import { lookup } from 'node:dns/promises'
import { hostname as systemHostname, networkInterfaces } from 'node:os'
import { type Interfaces, isWildcard, type LanAddress, reachableAddresses } from './addresses.ts'

export interface AddressBookOptions {
  /** What the server is bound to. */
  host: string
  /** @default os.networkInterfaces */
  interfaces?: () => Interfaces
  /** @default os.hostname */
  hostname?: string
  /** Every address of a name. @default dns.lookup */
  resolve?: (name: string) => Promise<string[]>
  /** @default Date.now */
  now?: () => number
}

/** Laptops change networks; asking the system each time would cost more than the answer is worth. */
const FRESH_MS = 3000
const LOOKUP_MS = 500

const resolveAll = async (name: string): Promise<string[]> =>
  (await lookup(name, { all: true })).map(({ address }) => address)

/** Where this machine is reached, as of now. */
export class AddressBook {
  /** This machine's name, as it goes into certificates and links. */
  readonly hostname: string
  readonly #options: AddressBookOptions
  readonly #now: () => number
  #read: { at: number; addresses: LanAddress[] } | undefined
  #localName: string | undefined

  constructor(options: AddressBookOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.hostname = (options.hostname ?? systemHostname()).toLowerCase()
  }

  /** The likeliest for a phone first; names after addresses, loopback last. */
  list(): LanAddress[] {
    const { host, interfaces = networkInterfaces } = this.#options
    if (!this.#read || this.#now() - this.#read.at >= FRESH_MS)
      this.#read = { at: this.#now(), addresses: reachableAddresses(host, interfaces()) }
    const { addresses } = this.#read
    const name = this.#localName
    if (name === undefined || !addresses.some(({ reach }) => reach === 'network')) return addresses
    const at = addresses.findIndex(({ reach }) => reach === 'machine')
    return addresses.toSpliced(at, 0, { name: 'by name', address: name, reach: 'network' })
  }

  /** Finds out whether this machine answers to `NAME.local`; then that is an address too. */
  async findLocalName(): Promise<void> {
    const { host, resolve = resolveAll } = this.#options
    if (!isWildcard(host)) return
    const name = `${this.hostname.split('.')[0]}.local`
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<string[]>((settle) => {
      timer = setTimeout(() => settle([]), LOOKUP_MS)
    })
    const found = await Promise.race([resolve(name).catch((): string[] => []), late])
    clearTimeout(timer)
    const own = this.list().filter(({ reach }) => reach !== 'machine')
    if (own.some(({ address }) => found.includes(address))) this.#localName = name
  }
}
