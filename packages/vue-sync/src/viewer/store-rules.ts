import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Warn } from '../diagnostics.ts'
import type { StoreFields } from '../protocol/index.ts'

export type FieldKind = 'string' | 'number' | 'boolean' | 'array' | 'object'

/** A kind, a kind that may also be `null` (`'string?'`), `'any'`, or a function that tests the value. */
export type FieldRule = FieldKind | `${FieldKind}?` | 'any' | ((value: unknown) => boolean)

/** The rules for the received fields of one store. */
export interface StoreRules {
  /** The accepted fields and their types. Others are ignored. @default from the initial state */
  fields?: Record<string, FieldRule>
  /**
   * A synchronous Standard Schema of the whole store (Valibot, Zod, …). It gets all fields received so far,
   * and its output is written to the store. @default none
   */
  schema?: StandardSchemaV1
  /** Turns received fields into state, before `fields` and after `schema`. @default the definition's `sync.deserialize` */
  deserialize?: (fields: Record<string, unknown>) => Record<string, unknown>
}

/** The received fields that a store accepts. */
export interface Admitted {
  /** The fields to write. */
  fields: Record<string, unknown>
  /** Whether a field had a wrong type. A field that the store does not have does not count. */
  refused: boolean
}

function kindOf(value: unknown): FieldKind | undefined {
  if (Array.isArray(value)) return 'array'
  const type = typeof value
  return value !== null && /^(?:string|number|boolean|object)$/.test(type)
    ? (type as FieldKind)
    : undefined
}

/** A field that starts as `null` or `undefined` accepts any type. */
function rulesFrom(initial: object): Record<string, FieldRule> {
  return Object.fromEntries(
    Object.entries(initial).map(([key, value]) => [key, kindOf(value) ?? 'any']),
  )
}

function fits(rule: FieldRule, value: unknown): boolean {
  if (typeof rule === 'function') return rule(value)
  if (rule === 'any') return true
  return value === null ? rule.endsWith('?') : kindOf(value) === rule.replace('?', '')
}

/**
 * Checks received fields before they are written to one store.
 *
 * @param initial the store's state before anything was received
 */
export function createAdmission(
  id: string,
  initial: object,
  { fields, schema, deserialize }: StoreRules,
  warn: Warn,
): (changed: StoreFields, all: StoreFields) => Admitted {
  const rules = fields ?? (schema ? undefined : rulesFrom(initial))

  function validate(changed: StoreFields, all: StoreFields): Record<string, unknown> | undefined {
    const result = schema!['~standard'].validate(all)
    if (result instanceof Promise || result.issues) {
      if (process.env.NODE_ENV !== 'production') {
        const why =
          result instanceof Promise
            ? 'the schema is asynchronous'
            : result.issues!.map(({ message }) => message).join('; ')
        warn('VS204', `store "${id}": ${why}`)
      }
      return undefined
    }
    const value = result.value as Record<string, unknown>
    return Object.fromEntries(Object.entries(value).filter(([key]) => Object.hasOwn(changed, key)))
  }

  return (changed, all) => {
    const valid = schema ? validate(changed, all) : changed
    const incoming = valid && deserialize ? deserialize(valid) : (valid ?? {})
    const admitted: Admitted = { fields: incoming, refused: !valid }
    if (!rules) return admitted
    admitted.fields = {}
    for (const [key, value] of Object.entries(incoming)) {
      const rule = Object.hasOwn(rules, key) ? rules[key] : undefined
      if (rule && fits(rule, value)) {
        admitted.fields[key] = value
        continue
      }
      if (rule) admitted.refused = true
      if (process.env.NODE_ENV !== 'production')
        warn(rule ? 'VS204' : 'VS203', `store "${id}", ${key}`)
    }
    return admitted
  }
}
