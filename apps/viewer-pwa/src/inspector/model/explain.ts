import { bytesOf, kindOf } from './values.ts'

/** What the sheet of a value shows besides its kind and text. */
export interface Explained {
  /** An address to open with a tap. Only http and https. */
  link?: string
  /** A `data:` address of a picture. It is shown without a request. */
  image?: string
  /** A CSS color. */
  color?: string
  /** Milliseconds since 1970. */
  time?: number
  /** The JSON in a text. */
  json?: unknown
}

/** The longest text that is read as JSON. */
const MOST_JSON = 1_000_000
/** The years 2001 to 2096, in milliseconds. Other numbers are unlikely to be times. */
const TIMES = [1e12, 4e12] as const
const COLOR =
  /^(?:#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})|(?:rgb|hsl|hwb|lab|lch|oklab|oklch)a?\([\d\s.,%/+a-z-]{1,60}\))$/i
const IMAGE = /^data:image\/(?:png|jpeg|gif|webp|avif|svg\+xml|bmp|x-icon)[;,]/i
const ISO_DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/

export function explain(value: unknown): Explained {
  if (value instanceof Date) {
    const time = value.getTime()
    return Number.isNaN(time) ? {} : { time }
  }
  if (typeof value === 'number')
    return Number.isInteger(value) && value >= TIMES[0] && value < TIMES[1] ? { time: value } : {}
  return typeof value === 'string' ? explainText(value) : {}
}

function explainText(text: string): Explained {
  if (COLOR.test(text)) return { color: text }
  if (IMAGE.test(text)) return { image: text }
  if (/^https?:\/\/\S+$/i.test(text) && URL.canParse(text)) return { link: new URL(text).href }
  if (ISO_DATE.test(text)) {
    const time = Date.parse(text)
    return Number.isNaN(time) ? {} : { time }
  }
  const json = /^\s*[{[]/.test(text) && text.length <= MOST_JSON ? parse(text) : undefined
  return json === undefined ? {} : { json }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Lines of eight bytes, which fit a phone: position, bytes and their ASCII characters. */
export function hexLines(value: object, most: number): string {
  if (kindOf(value) !== 'bytes') return ''
  const bytes = bytesOf(value).subarray(0, most)
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += 8) {
    const line = [...bytes.subarray(at, at + 8)]
    const hex = line.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const text = line.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '.'))
    lines.push(`${at.toString(16).padStart(4, '0')}  ${hex.padEnd(23)}  ${text.join('')}`)
  }
  return lines.join('\n')
}
