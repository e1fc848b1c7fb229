import { expect, it } from 'vitest'
import { MOST_TOKENS } from '../../protocol/index.ts'
import { createAccess } from './access.ts'

const HOUR = 3_600_000

function createAt(clock: { now: number }) {
  const saved = new Map<string, string>()
  const storage = {
    getItem: (name: string) => saved.get(name) ?? null,
    setItem: (name: string, text: string) => void saved.set(name, text),
  } as Storage
  return createAccess(
    'name',
    () => storage,
    () => true,
    () => clock.now,
    (error) => error,
  )
}

it('has space for links again an hour after revoked ones have expired, without a new connection', () => {
  const clock = { now: HOUR }
  const access = createAt(clock)
  for (let made = 0; made < MOST_TOKENS; made++)
    void access.revoke(access.issue({ expiresIn: 1000 }))
  expect(() => access.issue()).toThrow(/VS107.*at most 1000/)
  clock.now += HOUR + 1001
  expect(access.rules.value.revoked).toHaveLength(MOST_TOKENS)
  const id = access.issue()
  expect(access.rules.value).toEqual({ generation: 0, tokens: [{ id }], revoked: [] })
})

it.each([
  [{ label: 7 }, 'label'],
  [{ label: 'x'.repeat(201) }, 'label'],
  [{ expiresIn: 0 }, 'expiresIn'],
  [{ expiresIn: Infinity }, 'expiresIn'],
  [{ expiresIn: 1e300 }, 'expiresIn'],
])('names the option of %o that it refuses', (options, name) => {
  const access = createAt({ now: 0 })
  expect(() => access.issue(options as never)).toThrow(new RegExp(`VS107.*${name} must`))
})
