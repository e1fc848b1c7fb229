/** Ends the command with one line that says what to do. */
export function fail(text: string): never {
  console.error(`[vue-sync] ${text}`)
  process.exit(1)
}
