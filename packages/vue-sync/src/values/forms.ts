/** Strings and keys that begin with this character are reserved. In ordinary ones it is doubled. */
export const MARK = '^'
/** The most characters of a big integer, because parsing it takes longer than linear time. */
export const MOST_DIGITS = 10_000
