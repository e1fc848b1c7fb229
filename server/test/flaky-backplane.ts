import type { Backplane, BackplaneMessage } from '../src/core/shared/backplane.ts'
import type { Hub, HubListener } from '../src/nodes/hub.ts'

/**
 * A node's way to the hub that a test opens, shuts and lets things through, one at a time: what is asked,
 * what is answered and what is told come each in their own order, as over the two connections to a Redis.
 */
export class FlakyBackplane implements Backplane {
  readonly id: string
  readonly interval = 1
  isHealthy = true
  onHealth: Backplane['onHealth']
  readonly #hub: Hub
  readonly #listeners = new Map<string, (message: BackplaneMessage) => void>()
  readonly #asked: { act: () => unknown; answer: (value: never) => void; fail: () => void }[] = []
  readonly #answers: { give: () => void; fail: () => void }[] = []
  readonly #told: [session: string, message: BackplaneMessage][] = []

  readonly now: () => number

  constructor(hub: Hub, id: string, now: () => number) {
    this.#hub = hub
    this.id = id
    this.now = now
  }

  /** Things that are under way. */
  get lanes(): (() => void)[] {
    const lanes = [() => this.#perform(), () => this.#answers.shift()!.give(), () => this.#tell()]
    const filled = [this.#asked, this.#answers, this.#told]
    return lanes.filter((_, index) => filled[index]!.length > 0)
  }

  /** @param reached how many of what was asked still gets there, though nobody hears the answer */
  cut(reached: number): void {
    if (!this.isHealthy) return
    this.isHealthy = false
    for (const [index, { act, fail }] of this.#asked.splice(0).entries()) {
      if (index < reached) act()
      fail()
    }
    for (const { fail } of this.#answers.splice(0)) fail()
    this.#told.length = 0
    for (const session of this.#listeners.keys()) this.#hub.unsubscribe(session, this.#onMessage)
    this.onHealth?.(false)
  }

  mend(): void {
    if (this.isHealthy) return
    this.isHealthy = true
    this.onHealth?.(true)
  }

  subscribe: Backplane['subscribe'] = (session, listener) => {
    this.#listeners.set(session, listener)
    return this.#ask(() => this.#hub.subscribe(session, this.#onMessage))
  }
  unsubscribe: Backplane['unsubscribe'] = (session) => {
    this.#listeners.delete(session)
    this.#hub.unsubscribe(session, this.#onMessage)
  }
  load: Backplane['load'] = (...args) => this.#ask(() => this.#hub.load(...args))
  append: Backplane['append'] = (session, options) =>
    this.#ask(() => this.#hub.append(session, this.id, options))
  replace: Backplane['replace'] = (session, options) =>
    this.#ask(() => this.#hub.replace(session, this.id, options))
  claim: Backplane['claim'] = (session, options) =>
    this.#ask(() => this.#hub.claim(session, this.id, options))
  describe: Backplane['describe'] = (session, term, about) =>
    this.#ask(() => this.#hub.describe(session, this.id, term, about))
  sessions: Backplane['sessions'] = () => this.#ask(() => this.#hub.sessions())
  forget: Backplane['forget'] = (session) => this.#ask(() => this.#hub.forget(session))
  note: Backplane['note'] = (session, note) => {
    this.#ask(() => this.#hub.note(session, this.id, note)).catch(() => {})
  }
  findCode: Backplane['findCode'] = (code) => this.#ask(() => this.#hub.findCode(code))
  keepCode: Backplane['keepCode'] = (...args) => this.#hub.keepCode(...args)
  start: Backplane['start'] = () => Promise.resolve()
  stop: Backplane['stop'] = () => Promise.resolve()

  readonly #onMessage: HubListener = (session, message) => this.#told.push([session, message])

  #ask<T>(act: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (): void => reject(new Error('cut'))
      if (!this.isHealthy) return fail()
      this.#asked.push({ act, answer: resolve as (value: never) => void, fail })
    })
  }

  #perform(): void {
    const { act, answer, fail } = this.#asked.shift()!
    const value = act()
    this.#answers.push({ give: () => answer(value as never), fail })
  }

  #tell(): void {
    const [session, message] = this.#told.shift()!
    this.#listeners.get(session)?.(message)
  }
}
