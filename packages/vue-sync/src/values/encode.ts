import type { Json, ReadPart, RichValues } from '../protocol/index.ts'
import { encodeBytes } from './bytes.ts'
import { MARK, MOST_DIGITS } from './forms.ts'

type Form = { [tag: string]: Json }

/** Whether two lists have the same elements, by identity. */
const isSameList = (a: Json[] | undefined, b: Json[]): boolean =>
  a?.length === b.length && b.every((item, index) => item === a[index])

function readSet(set: ReadonlySet<unknown>, read: ReadPart): Json[] {
  const parts = [...set].map(read)
  return parts.filter((part): part is Json => part !== undefined)
}

/** What a host needs. Each form keeps its identity while the value does not change. */
export function createEncoder(): Pick<
  RichValues,
  'text' | 'leaf' | 'isCollection' | 'collection' | 'reread'
> {
  const dates = new WeakMap<Date, Form>()
  let bytes = new WeakMap<object, Form>()
  /** The forms before `reread`. */
  let earlier = bytes
  /** The entries of maps that were read last, by key. */
  const entries = new WeakMap<object, Map<unknown, Json[]>>()

  function dateForm(date: Date): Form {
    const text = Number.isNaN(date.getTime()) ? null : date.toISOString()
    let form = dates.get(date)
    // A date can be changed in place.
    if (!form || form[`${MARK}date`] !== text) dates.set(date, (form = { [`${MARK}date`]: text }))
    return form
  }

  function bytesForm(value: object): Form | undefined {
    let form = bytes.get(value)
    const content = form ? undefined : encodeBytes(value)
    if (!content) return form
    form = earlier.get(value)
    const before = form?.[`${MARK}bytes`] as string[] | undefined
    if (!form || before![1] !== content[1]) form = { [`${MARK}bytes`]: content }
    bytes.set(value, form)
    return form
  }

  function objectForm(value: object): Form | undefined {
    return value instanceof Date ? dateForm(value) : bytesForm(value)
  }

  function readMap(map: ReadonlyMap<unknown, unknown>, read: ReadPart): Json[] {
    const before = entries.get(map)
    const now = new Map<unknown, Json[]>()
    let index = 0
    for (const [key, value] of map) {
      const parts = [read(key, index), read(value, index)] as Json[]
      index++
      // A key or value that cannot be sent has been reported.
      if (parts.includes(undefined as never)) continue
      const known = before?.get(key)
      now.set(key, isSameList(known, parts) ? known! : parts)
    }
    entries.set(map, now)
    return [...now.values()]
  }

  return {
    text: (text) => (text.startsWith(MARK) ? MARK + text : text),
    leaf(value) {
      switch (typeof value) {
        case 'undefined':
          return `${MARK}u`
        case 'bigint': {
          const digits = String(value)
          return digits.length > MOST_DIGITS ? undefined : `${MARK}n${digits}`
        }
        case 'number':
          if (Object.is(value, -0)) return `${MARK}f-0`
          return Number.isFinite(value) ? undefined : `${MARK}f${value}`
        default:
          return typeof value === 'object' && value !== null ? objectForm(value) : undefined
      }
    },
    reread() {
      earlier = bytes
      bytes = new WeakMap()
    },
    isCollection: (value) => value instanceof Map || value instanceof Set,
    collection(value, read, before) {
      const [tag, list] =
        value instanceof Map
          ? [`${MARK}map`, readMap(value, read)]
          : [`${MARK}set`, readSet(value as Set<unknown>, read)]
      const same = isSameList((before as Form | undefined)?.[tag] as Json[] | undefined, list)
      return same ? before! : { [tag]: list }
    },
  }
}
