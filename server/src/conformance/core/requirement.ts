/** One statement of PROTOCOL.md that the kit can test. */
export interface Requirement<Subject> {
  /** Permanent and unique, in kebab-case: the name for `--only`. */
  id: string
  /** The numbered requirement, such as `R3`; `undefined` for a statement without a number. */
  rule?: string
  /** The heading in PROTOCOL.md. */
  section: string
  /** What a conforming implementation does, as the end of a sentence: "serves new viewers at once". */
  title: string
  /** An implementation that does not meet a `should` still passes, and the report has a warning. @default 'must' */
  level?: 'must' | 'should'
  /** Milliseconds that the protocol itself makes this take, beside the waits for answers. @default 0 */
  duration?: number
  /**
   * A heartbeat in milliseconds with which a relay whose heartbeat can be set is tested faster or more strictly.
   * @default the 15 s of the protocol
   */
  heartbeat?: number
  /**
   * Rejects with `Unmet` if the subject does not conform, and with `NotApplicable` if this cannot be said of it.
   */
  check: (subject: Subject) => Promise<void>
}

/** What is tested, ready for one requirement. */
export interface Opened<Subject> {
  subject: Subject
  /** Ends all connections and programs. */
  close: () => Promise<void>
}

export type Outcome = 'passed' | 'failed' | 'warned' | 'not applicable'

/** The result of one requirement. */
export interface Result {
  id: string
  rule: string | undefined
  section: string
  title: string
  level: 'must' | 'should'
  outcome: Outcome
  /** Why the requirement is not applicable. */
  reason?: string
  /** What the protocol requires here, if it failed. */
  expected?: string
  /** What the implementation did instead. */
  seen?: string
  /** Milliseconds that the test took. */
  took: number
}
