import { expectEqual, expectThat, pause, Unmet } from '../../core/expectations.ts'
import { at, config, session } from '../messages.ts'
import type { RelayClient } from '../relay-client.ts'
import { issueToken } from './issue-token.ts'
import type { RelayRequirement } from './relay-requirement.ts'

const RULES = { generation: 3, tokens: [{ id: 'all', general: true }], revoked: ['main', 'x'] }

/** Sends access rules. Resolves to the answer of the relay. */
async function setAccess(publisher: RelayClient, access: unknown, change: number) {
  publisher.send({ type: 'status', payload: { access, change } })
  const { payload } = await publisher.until(
    (message) => message.payload['change'] === change,
    `the relay answers the change ${change}`,
  )
  return payload
}

async function expectRefused(client: RelayClient): Promise<void> {
  const { code } = await client.untilClosed('the relay closes a viewer whose token is revoked')
  expectEqual(code, 4403, 'the close code')
}

export const ACCESS: readonly RelayRequirement[] = [
  {
    id: 'admits-and-revokes-tokens',
    section: 'Access',
    title: 'admits viewers with a token, and closes them with 4403 when it is revoked',
    async check({ host, viewer, needsAccess }) {
      const publisher = await host()
      await needsAccess(publisher)
      publisher.send(session('e', 1, { a: 1 }))
      const { key, revoke } = await issueToken(publisher)
      const [guest, main] = [await viewer({ key }), await viewer()]
      for (const client of [guest, main]) await client.until(at(1), 'a viewer receives the state')
      revoke()
      await expectRefused(guest)
      await expectRefused(await viewer({ key }))
      publisher.send(config('e', 2, { a: 2 }))
      await main.until(at(2), 'a viewer with another key stays')
    },
  },
  {
    id: 'merges-access-rules',
    section: 'Access',
    title:
      'never goes back to the rules of a host with an older view, and sends it the present ones',
    async check({ host, viewer, needsAccess, patience }) {
      const first = await host()
      await needsAccess(first)
      first.send(session('e', 1, { a: 1 }))
      const { tokens } = await setAccess(first, RULES, 1)
      const [{ key }] = tokens as [{ key: string }]
      const second = await host()
      const { payload } = await second.until(
        (message) => message.payload['access'] !== undefined,
        'the next host gets the access rules',
      )
      expectEqual(payload['access'], RULES, 'the access rules of the next host')
      for (const [index, generation] of [0, 2, 3].entries()) {
        const lower = { generation, tokens: [], revoked: [] }
        expectEqual(
          (await setAccess(second, lower, index))['access'],
          RULES,
          `the rules after a host sent generation ${generation}`,
        )
      }
      await expectRefused(await viewer())
      await (
        await viewer({ key })
      ).until(
        ({ type }) => type === 'session_update',
        'a viewer with the general token gets the state',
      )
      const rotated = { generation: 4, tokens: [], revoked: [] }
      expectEqual(
        (await setAccess(second, rotated, 9))['access'],
        { ...rotated, revoked: ['main'] },
        'the rules after a rotation',
      )
      // Other nodes learn of it a moment later.
      const end = Date.now() + patience
      for (;;) {
        const late = await viewer({ key })
        const closing = await Promise.race([
          late.untilClosed('an end').catch(() => undefined),
          pause(500),
        ])
        if (closing?.code === 4403) break
        if (Date.now() > end)
          throw new Unmet('the token of the earlier generation is refused with 4403', closing)
      }
    },
  },
  {
    id: 'applies-access-rules-as-a-whole',
    section: 'Access',
    title: 'applies all of a change of access or nothing, and says which field was wrong',
    async check({ host, needsAccess }) {
      const publisher = await host()
      await needsAccess(publisher)
      await setAccess(publisher, RULES, 1)
      const bad = { generation: 4, tokens: [], revoked: ['all', ''] }
      const { problem, access, error } = await setAccess(publisher, bad, 2)
      expectEqual(
        (problem as { field?: string } | undefined)?.field,
        'access.revoked[1]',
        '"problem.field"',
      )
      expectEqual(access, RULES, 'the rules after the refused change')
      expectThat(
        (error as { code?: string } | undefined)?.code === 'bad_access',
        'the answer has an error with the code bad_access',
        error ?? 'no error',
      )
    },
  },
]
