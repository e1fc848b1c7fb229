import { isBase } from '@vue-sync/vue/protocol'
import { UsageError } from './usage-error.ts'

/**
 * The base path of a relay: `/sync` for `sync`, `/sync` and `/sync/`, and `''` for the root.
 *
 * @param name of the option, for the error
 * @throws UsageError if it is not a base path
 */
export function readBase(text: string, name = 'base'): string {
  const path = text.replace(/^\/|\/$/g, '')
  const base = path === '' ? '' : `/${path}`
  if (isBase(base)) return base
  throw new UsageError(
    `${name} must be a path like /sync, not ${JSON.stringify(text)}: at most 8 parts, each of 1 to 64 letters, digits and -_.~ and none of them "s".`,
  )
}

/** The part of a request target below the base, with its query; `undefined` for a target outside of the base. */
export function belowBase(target: string, base: string): string | undefined {
  if (base === '') return target
  return target.startsWith(`${base}/`) ? target.slice(base.length) : undefined
}

/**
 * The way from a path up to `/`, as a relative URL. A proxy may have removed a part of the path that the browser sees,
 * so pages below it must not link to absolute paths.
 */
export function wayUp(pathname: string): string {
  return '../'.repeat(pathname.split('/').length - 2) || './'
}

/** The relay in a link at its public address, which may have another path than this machine's addresses. */
export function relayAt(publicUrl: string): string {
  return new URL(publicUrl).href.replace(/\/$/, '')
}
