/** One session of a W3C WebDriver, with the part of the standard that the tests use. */
export interface WebDriver {
  /** Sends a command such as `('POST', '/url', { url })`. @throws Error with the driver's message */
  call: <T = unknown>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => Promise<T>
  end: () => Promise<void>
}

async function request(
  method: string,
  url: string,
  body?: object,
  timeout = 60_000,
): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    signal: AbortSignal.timeout(timeout),
    ...(body && { body: JSON.stringify(body) }),
  })
  const { value } = (await answer.json()) as { value: { error?: string; message?: string } }
  if (!answer.ok) throw new Error(`${method} ${url}: ${value.error}: ${value.message}`)
  return value
}

/** Whether a driver listens at an origin yet. */
export async function isDriverReady(origin: string): Promise<boolean> {
  try {
    await request('GET', `${origin}/status`, undefined, 2000)
    return true
  } catch {
    return false
  }
}

export async function openSession(origin: string, capabilities: object): Promise<WebDriver> {
  const { sessionId } = (await request('POST', `${origin}/session`, {
    capabilities: { alwaysMatch: capabilities },
  })) as { sessionId: string }
  const base = `${origin}/session/${sessionId}`
  return {
    call: <T>(method: string, path: string, body?: object) =>
      request(method, `${base}${path}`, body) as Promise<T>,
    end: async () => void (await request('DELETE', base)),
  }
}
