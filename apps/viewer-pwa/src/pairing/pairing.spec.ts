import { afterEach, expect, it, vi } from 'vitest'
import { linkFrom, PairingProblem } from './pairing.ts'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

it('gives up a code when the relay does not answer for eight seconds, and offers to try again', async () => {
  const limit = new AbortController()
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(limit.signal)
  // A relay that accepts the request and answers nothing.
  vi.stubGlobal(
    'fetch',
    (_: string, { signal }: RequestInit) =>
      new Promise((_resolve, reject) =>
        signal!.addEventListener('abort', () => reject(signal!.reason)),
      ),
  )
  const page = { home: 'http://10.0.0.1:9876/sync', protocol: 'http:' }
  const found = linkFrom({ text: 'ABC 123', isAddress: false }, page)
  limit.abort()
  const problem = await found.catch((error: unknown) => error)
  expect(problem).toBeInstanceOf(PairingProblem)
  expect(problem).toMatchObject({ remedy: { kind: 'retry' } })
  expect(timeout).toHaveBeenCalledWith(8000)
})

it('asks the relay of the page for a code that was typed into the field for addresses', async () => {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (url: string, { body }: RequestInit) => {
    asked.push(`${url} ${String(body)}`)
    return Response.json({ session: 'hall', key: 'x' })
  })
  const page = { home: 'http://10.0.0.1:9876/sync', protocol: 'http:' }
  const link = await linkFrom({ text: 'TSS 4AK', isAddress: true }, page)
  expect(link).toBe('http://10.0.0.1:9876/sync/#s=hall&k=x')
  expect(asked).toEqual(['http://10.0.0.1:9876/sync/pair {"code":"TSS4AK"}'])
})
