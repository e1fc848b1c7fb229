/** Two clicks within this time, in milliseconds, count as a double click. */
export const DOUBLE_CLICK_MS = 400
