export interface Settings {
  /** The viewer link. `undefined` if the address has none. */
  link: string | undefined
  /** Seconds after which a score that is not live disappears. */
  hideAfter: number
}

/** Reads `?hide=SECONDS#LINK` from the address of the page. */
export function readSettings({ search, hash }: Pick<Location, 'search' | 'hash'>): Settings {
  const seconds = Number(new URLSearchParams(search).get('hide'))
  return { link: hash.slice(1) || undefined, hideAfter: seconds > 0 ? seconds : 15 }
}
