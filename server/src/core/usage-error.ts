const PREFIX = '[vue-sync] '

/** A mistake that one line tells: what is wrong and what to do. */
export class UsageError extends Error {
  constructor(text: string) {
    super(text.startsWith(PREFIX) ? text : `${PREFIX}${text}`)
    this.name = 'UsageError'
  }
}
