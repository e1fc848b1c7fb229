import { DEFAULT_SESSION, isSessionName, PATH } from './address.ts'

/** The base of a path and the session at it; `undefined` for a path that leads to no session. */
export function readPath(pathname: string): { base: string; session: string } | undefined {
  const [, base, session = DEFAULT_SESSION] = PATH.exec(pathname) ?? []
  return base !== undefined && isSessionName(session) ? { base, session } : undefined
}

/** The session of a path below the base; `undefined` for any other path. */
export function readSession(pathname: string): string | undefined {
  const found = readPath(pathname)
  return found?.base === '' ? found.session : undefined
}

/** Whether a relay may live below this path: `''` for the root, or a path such as `/sync`. */
export function isBase(path: string): boolean {
  // A URL would resolve dots away.
  return PATH.exec(path)?.[1] === path && !/\/\.{1,2}(?:\/|$)/.test(path)
}
