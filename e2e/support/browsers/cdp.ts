/** A raw connection to Chromium's DevTools. A driver would keep its tabs visible and never frozen. */
export interface Cdp {
  send: <T = unknown>(method: string, params?: object, sessionId?: string) => Promise<T>
  /** Resolves at the session's next event of this name. */
  once: (event: string, sessionId: string) => Promise<void>
  close: () => void
}

interface CdpMessage {
  id?: number
  method?: string
  sessionId?: string
  result?: unknown
  error?: { message: string }
}

export async function openCdp(url: string): Promise<Cdp> {
  const socket = new WebSocket(url)
  const pending = new Map<number, (response: CdpMessage) => void>()
  const events = new Map<string, () => void>()
  let lastId = 0
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.addEventListener('open', () => resolve(true), { once: true })
    socket.addEventListener('error', () => resolve(false), { once: true })
  })
  if (!isOpen) throw new Error(`Could not connect to DevTools at ${url}.`)
  socket.addEventListener('message', ({ data }) => {
    const response = JSON.parse(String(data)) as CdpMessage
    if (response.id === undefined) return events.get(`${response.method} ${response.sessionId}`)?.()
    pending.get(response.id)?.(response)
    pending.delete(response.id)
  })
  socket.addEventListener('close', () => {
    for (const settle of pending.values())
      settle({ error: { message: 'The connection to Chromium is closed.' } })
    pending.clear()
  })
  return {
    send: <T>(method: string, params: object = {}, sessionId?: string) =>
      new Promise<T>((resolve, reject) => {
        if (socket.readyState !== 1)
          return reject(new Error('The connection to Chromium is closed.'))
        const id = ++lastId
        pending.set(id, ({ result, error }) => {
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
