const PREFIX = '[vue-sync] '

/** A mistake in the usage of the relay. The message is one line: what is wrong and how to fix it. */
export class UsageError extends Error {
  constructor(text: string) {
    super(text.startsWith(PREFIX) ? text : `${PREFIX}${text}`)
    this.name = 'UsageError'
  }

  /** The message without the name of the product, to be part of another one. */
  get text(): string {
    return this.message.slice(PREFIX.length)
  }
}
