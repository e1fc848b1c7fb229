import type { Backplane, BackplaneMessage } from '../src/core/shared/backplane.ts'
import type { Hub, HubListener } from '../src/nodes/hub.ts'

/**
 * A node's connection to the hub in the hands of a test, which cuts it, mends it and moves one item at a time.
 * Calls, answers and messages each keep their own order, as over the two connections to a Redis.
 */
export class FlakyBackplane implements Backplane {
  readonly id: string
  readonly interval = 1
  isHealthy = true
  onHealthChange: Backplane['onHealthChange']
  readonly #hub: Hub
  readonly #listeners = new Map<string, (message: unknown) => void>()
  readonly #calls: { perform: () => unknown; answer: (value: never) => void; fail: () => void }[] =
    []
  readonly #answers: { deliver: () => void; fail: () => void }[] = []
  readonly #messages: [session: string, message: BackplaneMessage][] = []

  readonly now: () => number

  constructor(hub: Hub, id: string, now: () => number) {
    this.#hub = hub
    this.id = id
    this.now = now
  }

  /** One function per kind of item that is on its way. It moves the first such item. */
  get lanes(): (() => void)[] {
    const lanes = [
      () => this.#perform(),
      () => this.#answers.shift()!.deliver(),
      () => this.#deliver(),
    ]
    const filled = [this.#calls, this.#answers, this.#messages]
    return lanes.filter((_, index) => filled[index]!.length > 0)
  }

  /** @param reached how many calls still reach the hub, although their answers are lost */
  cut(reached: number): void {
    if (!this.isHealthy) return
    this.isHealthy = false
    for (const [index, { perform, fail }] of this.#calls.splice(0).entries()) {
      if (index < reached) perform()
      fail()
    }
    for (const { fail } of this.#answers.splice(0)) fail()
    this.#messages.length = 0
    for (const session of this.#listeners.keys()) this.#hub.unsubscribe(session, this.#onMessage)
    this.onHealthChange?.(false)
  }

  mend(): void {
    if (this.isHealthy) return
    this.isHealthy = true
    this.onHealthChange?.(true)
  }

  subscribe: Backplane['subscribe'] = (session, listener) => {
    this.#listeners.set(session, listener)
    return this.#call(() => this.#hub.subscribe(session, this.#onMessage))
  }
  unsubscribe: Backplane['unsubscribe'] = (session) => {
    this.#listeners.delete(session)
    this.#hub.unsubscribe(session, this.#onMessage)
  }
  load: Backplane['load'] = (...args) => this.#call(() => this.#hub.load(...args))
  append: Backplane['append'] = (session, options) =>
    this.#call(() => this.#hub.append(session, this.id, options))
  replace: Backplane['replace'] = (session, options) =>
    this.#call(() => this.#hub.replace(session, this.id, options))
  claim: Backplane['claim'] = (session, options) =>
    this.#call(() => this.#hub.claim(session, this.id, options))
  mergeAccess: Backplane['mergeAccess'] = (session, rules) =>
    this.#call(() => this.#hub.mergeAccess(session, this.id, rules))
  setInfo: Backplane['setInfo'] = (session, term, info) =>
    this.#call(() => this.#hub.setInfo(session, this.id, term, info))
  sessions: Backplane['sessions'] = () => this.#call(() => this.#hub.sessions())
  forget: Backplane['forget'] = (session) => this.#call(() => this.#hub.forget(session))
  notify: Backplane['notify'] = (session, notice) => {
    this.#call(() => this.#hub.notify(session, this.id, notice)).catch(() => {})
  }
  findCode: Backplane['findCode'] = (code) => this.#call(() => this.#hub.findCode(code))
  storeCode: Backplane['storeCode'] = (...args) => this.#hub.storeCode(...args)
  count: Backplane['count'] = (...args) => this.#call(() => this.#hub.count(...args))
  start: Backplane['start'] = () => Promise.resolve()
  stop: Backplane['stop'] = () => Promise.resolve()

  readonly #onMessage: HubListener = (session, message) => this.#messages.push([session, message])

  #call<T>(perform: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (): void => reject(new Error('cut'))
      if (!this.isHealthy) return fail()
      this.#calls.push({ perform, answer: resolve as (value: never) => void, fail })
    })
  }

  #perform(): void {
    const { perform, answer, fail } = this.#calls.shift()!
    const value = perform()
    this.#answers.push({ deliver: () => answer(value as never), fail })
  }

  #deliver(): void {
    const [session, message] = this.#messages.shift()!
    this.#listeners.get(session)?.(message)
  }
}
