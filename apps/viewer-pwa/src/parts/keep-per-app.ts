/**
 * Creates a function that returns what an app keeps for a session. An app keeps one session: when it asks for another
 * one, the function creates new data and drops the old. Each pane is an app of its own.
 */
export function keepPerApp<T extends { session: string | undefined }>(
  create: (session?: string) => T,
): (app: object, session: string | undefined) => T {
  const all = new WeakMap<object, T>()
  return (app, session) => {
    const kept = all.get(app)
    if (kept && kept.session === session) return kept
    const created = create(session)
    all.set(app, created)
    return created
  }
}
