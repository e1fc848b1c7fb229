import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Warn } from '../../diagnostics.ts'
import { MOST_PROBLEMS, type SyncProblem } from '../../problems.ts'
import { isContainer, type StoreFields } from '../../protocol/index.ts'

/** The type of a field, as JSON has it. */
export type FieldKind = 'string' | 'number' | 'boolean' | 'array' | 'object'

/** A kind, a kind that may also be `null` (`'string?'`), `'any'`, or a function that tests the value. */
export type FieldRule = FieldKind | `${FieldKind}?` | 'any' | ((value: unknown) => boolean)

/**
 * What one store of a viewer accepts of the host's fields.
 *
 * @example
 * ```ts
 * import type { StoreRules } from '@vue-sync/vue/viewer'
 *
 * const board: StoreRules = { fields: { title: 'string', winner: 'string?' } }
 * ```
 */
export interface StoreRules {
  /**
   * The accepted fields and their types. Others are ignored.
   * @default the types of the initial state, or `null`; any value for a field whose initial value is not plain JSON
   */
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
  /** The fields to write. A refused one is `undefined`, because the host no longer has the value on show. */
  fields: Record<string, unknown>
  /** The fields that were refused, and why. Fields that the store does not have are not listed. */
  refused: SyncProblem[]
  /** Whether the schema refused the whole store, or it or `deserialize` threw. `fields` is empty then. */
  failed: boolean
}

function kindOf(value: unknown): FieldKind | undefined {
  if (Array.isArray(value)) return 'array'
  const type = typeof value
  return value !== null && /^(?:string|number|boolean|object)$/.test(type)
    ? (type as FieldKind)
    : undefined
}

/** JSON turns a `Date` and other objects into another kind, so they tell nothing about the type of the field. */
function ruleFrom(initial: unknown): FieldRule {
  const kind = kindOf(initial)
  const isPlain =
    typeof initial !== 'object' || (isContainer(initial) && !Object.hasOwn(initial, 'toJSON'))
  return kind && isPlain ? `${kind}?` : 'any'
}

function fits(rule: FieldRule, value: unknown): boolean {
  if (typeof rule === 'function') return rule(value)
  if (rule === 'any') return true
  return value === null ? rule.endsWith('?') : kindOf(value) === rule.replace('?', '')
}

const withArticle = (kind: string) => `${/^[ao]/.test(kind) ? 'an' : 'a'} ${kind}`

/** For people: `a string, but the field accepts a number or null`. */
function explain(rule: FieldRule, value: unknown): string {
  const kind = kindOf(value)
  const got = kind ? withArticle(kind) : String(value)
  if (typeof rule === 'function') return `its rule refuses ${got}`
  return `${got}, but the field accepts ${withArticle(rule).replace('?', ' or null')}`
}

/** The path of a schema's issue, without array indexes. */
function formatPath(path: StandardSchemaV1.Issue['path'] = []): string {
  return path
    .map((part) => (typeof part === 'object' ? part.key : part))
    .map((key) => (typeof key === 'number' ? '[]' : `.${String(key)}`))
    .join('')
    .replace(/^\./, '')
}

const failed = (refused: SyncProblem[]): Admitted => ({ fields: {}, refused, failed: true })

/**
 * Checks received fields before they are written to one store.
 *
 * @param initial the store's state before anything was received
 */
export function createAdmission(
  store: string,
  initial: object,
  { fields, schema, deserialize }: StoreRules,
  warn: Warn,
): (changed: StoreFields, all: StoreFields) => Admitted {
  const known = schema ? undefined : Object.entries(initial)
  const rules =
    fields ?? (known && Object.fromEntries(known.map(([key, value]) => [key, ruleFrom(value)])))

  /** Once for each path: the reason can have values in it, so it is no part of the warning's subject. */
  function refuse(path: string | undefined, reason: string, cause?: unknown): SyncProblem {
    const code = cause === undefined ? 'VS204' : 'VS207'
    if (process.env.NODE_ENV !== 'production') {
      const subject = path ?? (cause === undefined ? reason : 'a hook threw')
      warn(code, `store "${store}"${schema ? ':' : ','} ${subject}`, cause ?? reason)
    }
    return { code, store, ...(path !== undefined && { path }), reason }
  }

  function validate(all: StoreFields): Record<string, unknown> | SyncProblem[] {
    const result = schema!['~standard'].validate(all)
    if (result instanceof Promise) return [refuse(undefined, 'the schema is asynchronous')]
    return result.issues
      ? result.issues
          .slice(0, MOST_PROBLEMS)
          .map(({ path, message }) => refuse(formatPath(path) || undefined, message))
      : (result.value as Record<string, unknown>)
  }

  return (changed, all) => {
    let incoming: Record<string, unknown> = changed
    try {
      if (schema) {
        const valid = validate(all)
        if (Array.isArray(valid)) return failed(valid)
        const isChanged = ([key]: [string, unknown]) => Object.hasOwn(changed, key)
        incoming = Object.fromEntries(Object.entries(valid).filter(isChanged))
      }
      if (deserialize) incoming = deserialize(incoming)
    } catch (error) {
      return failed([refuse(undefined, `a hook threw ${String(error)}`, error)])
    }
    const admitted: Admitted = { fields: incoming, refused: [], failed: false }
    if (!rules) return admitted
    admitted.fields = {}
    for (const [key, value] of Object.entries(incoming)) {
      const rule = Object.hasOwn(rules, key) ? rules[key] : undefined
      if (!rule) {
        if (process.env.NODE_ENV !== 'production') warn('VS203', `store "${store}", ${key}`)
        continue
      }
      if (value === undefined) {
        // A hook that got only the changed fields may give `undefined` for others.
        if (Object.hasOwn(changed, key)) admitted.fields[key] = undefined
        continue
      }
      let why: [reason: string, cause?: unknown] | undefined
      try {
        if (!fits(rule, value)) why = [explain(rule, value)]
      } catch (error) {
        why = [`its rule threw ${String(error)}`, error]
      }
      if (why) admitted.refused.push(refuse(key, ...why))
      admitted.fields[key] = why ? undefined : value
    }
    return admitted
  }
}
