import type { RelayClient } from '../relay-client.ts'

/** Issues a token as a host. Resolves once the relay has signed its key. */
export async function issueToken(publisher: RelayClient) {
  const setTokens = (tokens: object[], revoked: string[]) =>
    publisher.send({ type: 'status', payload: { access: { generation: 0, tokens, revoked } } })
  setTokens([{ id: 'one' }], [])
  const { payload } = await publisher.until(
    (message) => JSON.stringify(message.payload['tokens'] ?? '').includes('"key"'),
    'a status has the key of the token',
  )
  const [{ key }] = payload['tokens'] as [{ key: string }]
  return { key, revoke: () => setTokens([], ['one']) }
}
