/** The colors of the panel in light and in dark. An app sets `--vue-sync-surface` and so on to replace them. */
export const COLORS = {
  surface: ['#ffffff', '#161a22'],
  text: ['#17191f', '#eef1f6'],
  muted: ['#5a5f6b', '#9aa4b5'],
  line: ['#d9dade', '#323a4a'],
  control: ['#ffffff', '#262d3a'],
  sunken: ['#f0f0f2', '#0d1016'],
  accent: ['#17191f', '#eef1f6'],
  'accent-text': ['#ffffff', '#161a22'],
  danger: ['#b3261e', '#ff8f87'],
  'danger-fill': ['#b3261e', '#c0352c'],
  'danger-text': ['#ffffff', '#ffffff'],
  focus: ['#1d4ed8', '#93c5fd'],
} satisfies Record<string, [light: string, dark: string]>

/** The other variables, with their defaults. */
export const MEASURES = {
  font: 'inherit',
  mono: "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, monospace",
  // Also readable where the app makes `rem` smaller.
  'font-size': 'max(0.875rem, 14px)',
  radius: '0.85em',
  padding: '1.25em',
  border: '1px solid var(--line)',
} satisfies Record<string, string>

/**
 * The values as private variables. `light-dark()` follows the `color-scheme` of the element that surrounds the panel.
 * Browsers without it (Safari before 17.5) get the colors that the system prefers. These rules are text, because a
 * bundler that lowers `light-dark()` would make them follow the system everywhere.
 */
export function paletteRules(): string {
  const follows = CSS.supports('color', 'light-dark(#000, #fff)')
  const isDark = matchMedia('(prefers-color-scheme: dark)').matches
  const colors = Object.entries(COLORS).map(([name, [light, dark]]) => {
    const fallback = follows ? `light-dark(${light}, ${dark})` : isDark ? dark : light
    return `--${name}: var(--vue-sync-${name}, ${fallback});`
  })
  const measures = Object.entries(MEASURES).map(
    ([name, value]) => `--${name}: var(--vue-sync-${name}, ${value});`,
  )
  return `.share { ${[...colors, ...measures].join(' ')} }`
}
