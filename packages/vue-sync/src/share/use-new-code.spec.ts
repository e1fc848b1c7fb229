import { expect, it, vi } from 'vitest'
import { useNewCode } from './use-new-code.ts'

it('issues and revokes one link for several clicks, until the relay has answered', async () => {
  let answer = (): void => {}
  const issue = vi.fn<() => string>(() => 'link')
  const revoke = vi.fn<() => Promise<void>>(() => new Promise((resolve) => (answer = resolve)))
  const { renew, isRenewing } = useNewCode({ issue, revoke })
  const first = renew()
  await renew()
  expect([isRenewing.value, issue.mock.calls.length]).toEqual([true, 1])
  answer()
  await first
  expect([isRenewing.value, revoke.mock.calls]).toEqual([false, [['link']]])
  void renew()
  expect(issue).toHaveBeenCalledTimes(2)
})

it.each([
  [
    'the list of links is full',
    () => {
      throw new Error('VS107')
    },
    async () => {},
  ],
  ['the relay refuses it', () => 'link', () => Promise.reject(new Error('VS113'))],
])('has failed while %s, and not after a success', async (_, issue, revoke) => {
  const ways = { issue: issue as () => string, revoke }
  const { renew, hasFailed, isRenewing } = useNewCode({
    issue: () => ways.issue(),
    revoke: () => ways.revoke(),
  })
  await renew()
  expect([hasFailed.value, isRenewing.value]).toEqual([true, false])
  Object.assign(ways, { issue: () => 'link', revoke: async () => {} })
  await renew()
  expect(hasFailed.value).toBe(false)
})
