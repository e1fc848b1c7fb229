import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { opensSearch } from './opens-search.ts'

/** An element with as much of the DOM as is used. */
class TestElement extends EventTarget {
  readonly name: string
  readonly parent: TestElement | undefined
  constructor(name: string, parent?: TestElement) {
    super()
    this.name = name
    this.parent = parent
  }
  closest(selector: string): TestElement | null {
    return `.${this.name}` === selector ? this : (this.parent?.closest(selector) ?? null)
  }
  contains(other: TestElement | undefined): boolean {
    return other !== undefined && (other === this || this.contains(other.parent))
  }
  matches(selector: string): boolean {
    return selector.split(', ').includes(this.name)
  }
}

const body = new TestElement('body')
const pane = () => {
  const own = new TestElement('pane', body)
  return { inspector: new TestElement('inspector', own), button: new TestElement('button', own) }
}
const [first, second] = [pane(), pane()]

describe('the key that opens the search', () => {
  beforeEach(() => {
    vi.stubGlobal('Element', TestElement)
    vi.stubGlobal(
      'document',
      Object.assign(new EventTarget(), { querySelector: () => first.inspector }),
    )
  })
  afterEach(() => void vi.unstubAllGlobals())

  const opens = (target: EventTarget, inspector: TestElement, keys: object = {}) =>
    opensSearch(
      { key: '/', target, ...keys } as unknown as KeyboardEvent,
      inspector as unknown as Element,
    )
  const alone = new TestElement('inspector', body)

  it('is "/" anywhere outside of a text field', () => {
    expect(opens(body, alone)).toBe(true)
    expect(opens(new TestElement('button', body), alone)).toBe(true)
    expect(opens(new TestElement('input', body), alone)).toBe(false)
    expect(opens(body, alone, { key: 'x' })).toBe(false)
    expect(opens(body, alone, { ctrlKey: true })).toBe(false)
  })

  it('may be sent to the document', () => {
    expect(opens(document, alone)).toBe(true)
  })

  it('acts in the pane that has the focus, or in the first one', () => {
    const inPanes = (target: TestElement) =>
      [first, second].map(({ inspector }) => opens(target, inspector))
    expect(inPanes(second.button)).toEqual([false, true])
    expect(inPanes(first.button)).toEqual([true, false])
    expect(inPanes(body)).toEqual([true, false])
  })
})
