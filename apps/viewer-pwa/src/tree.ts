import type { Json } from '@vue-sync/vue/viewer'

export type Kind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null'

export function kindOf(value: Json): Kind {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : (typeof value as Kind)
}

/** Returns the entries of an object or array, in order. */
export function entriesOf(value: Json): [key: string, value: Json][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}

/** Returns one line for a collapsed value. */
export function preview(value: Json): string {
  switch (kindOf(value)) {
    case 'array': {
      const { length } = value as Json[]
      return length === 1 ? '1 item' : `${length} items`
    }
    case 'object': {
      const { length } = Object.keys(value as object)
      return length === 1 ? '1 field' : `${length} fields`
    }
    case 'string':
      return `“${value as string}”`
    default:
      return String(value)
  }
}
