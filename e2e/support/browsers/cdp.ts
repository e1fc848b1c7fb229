/** A raw connection to Chromium's DevTools: what a driver's own tabs do is not in the way. */
export interface Cdp {
  send: <T = unknown>(method: string, params?: object, sessionId?: string) => Promise<T>
  /** Until a session's next event of this name. */
  once: (event: string, sessionId: string) => Promise<void>
  close: () => void
}

interface Answer {
  id?: number
  method?: string
  sessionId?: string
  result?: unknown
  error?: { message: string }
}

export async function openCdp(url: string): Promise<Cdp> {
  const socket = new WebSocket(url)
  const waiting = new Map<number, (answer: Answer) => void>()
  const events = new Map<string, () => void>()
  let last = 0
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.addEventListener('open', () => resolve(true), { once: true })
    socket.addEventListener('error', () => resolve(false), { once: true })
  })
  if (!isOpen) throw new Error(`No DevTools at ${url}.`)
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer
    if (answer.id === undefined) return events.get(`${answer.method} ${answer.sessionId}`)?.()
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  socket.addEventListener('close', () => {
    for (const settle of waiting.values()) settle({ error: { message: 'Chromium is gone.' } })
    waiting.clear()
  })
  return {
    send: <T>(method: string, params: object = {}, sessionId?: string) =>
      new Promise<T>((resolve, reject) => {
        if (socket.readyState !== 1) return reject(new Error('Chromium is gone.'))
        const id = ++last
        waiting.set(id, ({ result, error }) => {
          if (error) reject(new Error(`${method}: ${error.message}`))
          else resolve(result as T)
        })
        socket.send(JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) }))
      }),
    once: (event, sessionId) =>
      new Promise((resolve) => {
        const name = `${event} ${sessionId}`
        events.set(name, () => {
          events.delete(name)
          resolve()
        })
      }),
    close: () => socket.close(),
  }
}
