/** The relay's own command, from its source. */
await import('../server/src/cli.ts')

export {}
