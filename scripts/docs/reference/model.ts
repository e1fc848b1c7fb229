/** One member of an options object, a returned object or a class. Texts are Markdown. */
export interface Member {
  name: string
  /** The type as the source has it. */
  type: string
  isOptional: boolean
  /** The text of `@default`; `undefined` if there is none. */
  initial: string | undefined
  text: string
  throws: string[]
}

interface Documented {
  name: string
  /** What the docstring says, as Markdown. */
  text: string
  /** Code blocks in Markdown. */
  examples: string[]
}

export interface FunctionEntry extends Documented {
  kind: 'function' | 'plugin' | 'component'
  signature: string
  params: { name: string; text: string }[]
  /** The name of the exported type of the options; `undefined` if there is none. */
  options: string | undefined
  /** The name of the exported type of the result; `undefined` if there is none. */
  result: string | undefined
  returns: string | undefined
  throws: string[]
}

export interface TypeEntry extends Documented {
  kind: 'interface' | 'class' | 'alias'
  signature: string | undefined
  /** The whole declaration, without its comments. */
  source: string
  members: Member[]
}

export interface ConstantEntry extends Documented {
  kind: 'constant'
  signature: string
}

export type Entry = FunctionEntry | TypeEntry | ConstantEntry
