/** An answer within this time after its request is quick: a relay answers when there is something new. */
const QUICK_MS = 1000
/** Quick answers in a row, before the next request waits. */
const MOST_QUICK = 3
/** The wait if the answers have state. A host that sends often is then followed by several messages at a time. */
const NEWS_WAIT_MS = 50
const WAIT_MS = 1000

/** Limits how often a viewer sends requests, whatever answers in the relay's place. */
export interface RequestPace {
  begin: () => void
  /**
   * How long the next request must wait, in milliseconds.
   *
   * @param hasNews whether the answer had something for which quick answers are normal
   */
  waitAfter: (hasNews: boolean) => number
}

export function createRequestPace(): RequestPace {
  let began = 0
  let quick = 0
  return {
    begin() {
      began = Date.now()
    },
    waitAfter(hasNews) {
      quick = Math.abs(Date.now() - began) < QUICK_MS ? quick + 1 : 0
      if (quick <= MOST_QUICK) return 0
      return hasNews ? NEWS_WAIT_MS : WAIT_MS
    },
  }
}
