/**
 * `/BASE/s/NAME`. A base has at most eight segments. None of them is `s`, so the path of a session can be read from its
 * end, and none is `.` or `..`, which a URL would resolve away.
 */
const PATH = /^((?:\/(?!(?:s|\.\.?)(?:\/|$))[\w.~-]{1,64}){0,8})(?:\/s\/([^/]+))?\/?$/

/** Splits a path into its base and the text that names a session; `undefined` if it has another form. */
export function splitPath(
  pathname: string,
): { base: string; name: string | undefined } | undefined {
  const [, base, name] = PATH.exec(pathname) ?? []
  return base === undefined ? undefined : { base, name }
}

/** Whether a relay may live below this path: `''` for the root, or a path such as `/sync`. */
export function isBase(path: string): boolean {
  const found = splitPath(path)
  return found?.base === path
}
