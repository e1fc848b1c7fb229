export interface SetUpOptions {
  /** Where this relay is reached over TLS. */
  origin: string
}

export function setUpPage({ origin }: SetUpOptions): string {
  return `<!doctype html><title>Set up</title><a href="${origin}/">Open</a>`
}
