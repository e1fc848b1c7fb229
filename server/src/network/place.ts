import { existsSync } from 'node:fs'
import { release } from 'node:os'
import process from 'node:process'

/** Where the relay runs: a container or WSL often has addresses that only its own computer can reach. */
export type Place = 'machine' | 'container' | 'wsl'

let known: Place | undefined

/** Recognises containers of Docker, Podman and Kubernetes, and WSL by the name of its kernel. */
export function currentPlace(): Place {
  const isContainer =
    existsSync('/.dockerenv') ||
    existsSync('/run/.containerenv') ||
    process.env['KUBERNETES_SERVICE_HOST'] !== undefined
  // Containers of Docker Desktop have the kernel of WSL too.
  known ??= isContainer ? 'container' : /microsoft/i.test(release()) ? 'wsl' : 'machine'
  return known
}

const HINTS: Record<Place, string | undefined> = {
  machine: undefined,
  container:
    'Phones cannot reach the addresses of this container. Publish its port, and start with --address and the address of the computer.',
  wsl: 'Phones cannot reach the addresses of WSL. Set networkingMode=mirrored in .wslconfig, or forward the port in Windows and start with --address and the address of Windows.',
}

/**
 * What to do when phones can reach none of the addresses; `undefined` if they can reach one, or nothing is known.
 *
 * @param reaches who can open the addresses
 */
export function addressHint(
  reaches: readonly (string | undefined)[],
  place = currentPlace(),
): string | undefined {
  const isReachable = reaches.some((reach) => reach === 'network' || reach === 'internet')
  // A relay that is bound to loopback is not meant for phones.
  return isReachable || !reaches.includes('virtual') ? undefined : HINTS[place]
}
