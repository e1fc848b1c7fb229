/** The key of `Authorization: Bearer KEY`. */
export function bearerOf(headers: { get: (name: string) => string | null }): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(headers.get('authorization') ?? '')?.[1]
}
