import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'vue/compiler-sfc'

/** The app, and the scene that it shows. */
const SOURCES = ['../', '../../../../packages/demo/src/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
)
const files = SOURCES.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(?:vue|css)$/.test(file))
    .map((file) => ({ file, path: folder + file })),
)

const SIDE = /(?:^|-)(?:left|right)(?:-|$)/
const SIDES_AS_VALUE =
  /^(?:text-align|float|clear|justify-.*|transform-origin|background(?:-position)?)$/
const FOUR_SIDES =
  /^(?:margin|padding|inset|border-(?:width|style|color)|scroll-(?:margin|padding))$/

/** Splits at spaces outside of parentheses. */
const partsOf = (value: string): string[] =>
  value.match(/(?:[^\s(]|\((?:[^()]|\([^()]*\))*\))+/g) ?? []

/** Whether a declaration means the left or the right of the screen, and not the start or the end of a line. */
function isPhysical(name: string, value: string): boolean {
  if (name.startsWith('--')) return false
  if (SIDE.test(name)) return true
  // The notch is at a side of the screen: `--inset-start` and `--inset-end` follow the direction.
  if (name.includes('-inline'))
    return value.includes('inset-left') !== value.includes('inset-right')
  if (SIDES_AS_VALUE.test(name)) return /\b(?:left|right)\b/.test(value)
  if (name === 'translate') return !/^(?:0\b|none)/.test(value)
  if (/translate(?:X|3d)?\((?!0)|skew/.test(value)) return true
  if (FOUR_SIDES.test(name)) {
    // The notch of a phone is at a side of the screen.
    const [, right, , left] = partsOf(value.replaceAll(/safe-area-inset-(?:left|right)/g, 'side'))
    return left !== undefined && left !== right
  }
  if (name === 'border-radius') {
    const [topLeft, topRight, bottomRight, bottomLeft] = partsOf(value)
    if (topRight === undefined) return false
    return topLeft !== topRight || (bottomRight ?? topLeft) !== (bottomLeft ?? topRight)
  }
  return false
}

function* declarationsIn(css: string): Generator<[name: string, value: string]> {
  for (const [, name, value] of css
    .replaceAll(/\/\*.*?\*\//gs, '')
    .matchAll(/(?<=[{;]\s*)([\w-]+)\s*:\s*([^;{}]+)(?=[;}])/g))
    yield [name!, value!.trim().replaceAll(/\s+/g, ' ')]
}

describe('the styles of the viewer app', () => {
  it.each(files)('suit both directions of writing: $file', ({ file, path }) => {
    const source = readFileSync(path, 'utf8')
    const { styles, template } = parse(source).descriptor
    const css = file.endsWith('.css') ? source : styles.map(({ content }) => content).join('\n')
    const found = [...declarationsIn(css)]
      .filter(([name, value]) => isPhysical(name, value))
      .map(([name, value]) => `${name}: ${value}`)
    const inline =
      template?.content.match(/\b(?:left|right|\w+(?:Left|Right))(?=':? ?:)|translateX/g) ?? []
    expect([...found, ...inline]).toEqual([])
  })

  it.each([
    ['margin-left: 1rem', true],
    ['inset-inline-start: 0', false],
    ['border-top-left-radius: 1px', true],
    ['text-align: right', true],
    ['text-align: start', false],
    ['padding: 1px 2px 3px', false],
    ['padding: 1px 2px 3px 4px', true],
    [
      'padding: 0 max(1rem, env(safe-area-inset-right)) 0 max(1rem, env(safe-area-inset-left))',
      false,
    ],
    [
      'padding: 0 max(1rem, env(safe-area-inset-right)) 0 max(2rem, env(safe-area-inset-left))',
      true,
    ],
    ['padding-inline: env(safe-area-inset-left) 0', true],
    ['padding-inline: var(--inset-start) 0', false],
    ['inset-inline: max(env(safe-area-inset-left), env(safe-area-inset-right))', false],
    ['border-radius: 1rem 1rem 0 0', false],
    ['border-radius: 0 1rem 1rem 0', true],
    ['transform: translateX(3px)', true],
    ['transform: translateY(3px)', false],
  ])('are told apart: %s', (css, expected) => {
    const [[name, value]] = [...declarationsIn(`{${css};}`)] as [[string, string]]
    expect(isPhysical(name, value)).toBe(expected)
  })
})
