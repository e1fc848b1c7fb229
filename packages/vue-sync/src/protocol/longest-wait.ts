/** Milliseconds that every timer can wait: one of 2³¹ or more would run at once. Rounded, so that a little may be added. */
export const LONGEST_WAIT = 2 ** 31 - 1000
