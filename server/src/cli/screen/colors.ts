import process from 'node:process'
import * as util from 'node:util'

export type Colors = Record<'title' | 'strong' | 'faint' | 'code', (text: string) => string>

const FORMATS = {
  title: ['bold', 'green'],
  strong: ['bold'],
  faint: ['dim'],
  // A QR code in the colours of a light theme would be inverted, and many scanners read no inverted code.
  code: ['whiteBright', 'bgBlack'],
} as const

/** Colours for stdout: none in a pipe, with `NO_COLOR`, or in a terminal without colours. */
export function createColors(enabled = process.stdout.isTTY && process.stdout.hasColors()): Colors {
  // Node has no `styleText` before 20.12.
  const style = enabled ? util.styleText : undefined
  return Object.fromEntries(
    Object.entries(FORMATS).map(([name, formats]) => [
      name,
      (text: string) =>
        style ? formats.reduce((styled, format) => style(format, styled), text) : text,
    ]),
  ) as Colors
}
