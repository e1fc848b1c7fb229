import { SAMPLES, type Scene } from './scene.ts'

export interface Stage {
  width: number
  height: number
  dark: boolean
}

/** Lines get thicker on screens that people see from a distance: 1 up to the size of a laptop. */
function scaleOf({ width, height }: Stage): number {
  return Math.max(1, Math.min(width, height) / 900)
}

const TAU = Math.PI * 2

/** Interpolates the series at `at` turns. Odd turns run backwards, so that endless motion has no seam. */
function sampleAt(samples: readonly number[], at: number): number {
  const turn = ((at % 2) + 2) % 2
  const place = (turn > 1 ? 2 - turn : turn) * (SAMPLES - 1)
  const left = samples[Math.floor(place)]!
  const right = samples[Math.ceil(place)]!
  return left + (right - left) * (place % 1)
}

function hueOf(color: string): { hue: number; saturation: number; lightness: number } {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255) as [
    number,
    number,
    number,
  ]
  const high = Math.max(r, g, b)
  const low = Math.min(r, g, b)
  const chroma = high - low
  const lightness = (high + low) / 2
  if (!chroma || Number.isNaN(chroma)) return { hue: 0, saturation: 0, lightness: lightness || 0.5 }
  const sector =
    high === r
      ? ((g - b) / chroma + 6) % 6
      : high === g
        ? (b - r) / chroma + 2
        : (r - g) / chroma + 4
  return {
    hue: sector * 60,
    saturation: chroma / (1 - Math.abs(2 * lightness - 1)),
    lightness,
  }
}

/** Returns a function for shades of the colour: `shift` in degrees of hue, `alpha` and `lift` from 0 to 1. */
function shades(
  color: string,
  dark: boolean,
): (shift: number, alpha: number, lift?: number) => string {
  const { hue, saturation, lightness } = hueOf(color)
  const base = dark ? Math.max(lightness, 0.55) : Math.min(lightness, 0.48)
  return (shift, alpha, lift = 0) =>
    `hsl(${hue + shift} ${saturation * 100}% ${Math.min(0.95, base + lift) * 100}% / ${alpha})`
}

type Context = CanvasRenderingContext2D

/** Paints the series as ribbons across the stage, with the front one brightest. */
function paintWave(context: Context, { samples, phase, config }: Scene, stage: Stage): void {
  const { width, height, dark } = stage
  const shade = shades(config.color, dark)
  const ribbons = 9
  const scale = scaleOf(stage)
  const pitch = 4 * scale
  for (let ribbon = ribbons - 1; ribbon >= 0; ribbon--) {
    const depth = ribbon / (ribbons - 1)
    const reach = height * 0.34 * config.amplitude * (1 - depth * 0.55)
    const base = height * (0.72 - depth * 0.34)
    context.beginPath()
    for (let x = 0; x <= width + pitch; x += pitch) {
      const across = x / width
      const value = sampleAt(samples, across * 0.62 + phase * (1 - depth * 0.5) + depth * 0.07)
      const swell = Math.sin(TAU * (across * 1.4 + phase * 1.7 + depth)) * height * 0.018
      const edge = Math.sin(Math.PI * Math.min(1, across)) ** 0.35
      const y = base - (value - 0.35) * reach * edge + swell
      if (x === 0) context.moveTo(x, y)
      else context.lineTo(x, y)
    }
    context.strokeStyle = shade(depth * 70, 0.95 - depth * 0.6, dark ? 0.08 - depth * 0.05 : 0)
    context.lineWidth = (2.6 - depth * 1.6) * scale
    context.stroke()
    context.lineTo(width + pitch, height)
    context.lineTo(0, height)
    const fill = context.createLinearGradient(0, base - reach, 0, height)
    fill.addColorStop(0, shade(depth * 70, 0.26 - depth * 0.14))
    fill.addColorStop(1, shade(depth * 70, 0))
    context.fillStyle = fill
    context.fill()
  }
}

/** Paints the series as rings that turn in opposite directions. */
function paintOrbit(context: Context, { samples, phase, config }: Scene, stage: Stage): void {
  const { width, height, dark } = stage
  const shade = shades(config.color, dark)
  const radius = Math.min(width, height) * 0.4
  const rings = 14
  const scale = scaleOf(stage)
  context.save()
  context.translate(width / 2, height / 2)
  for (let ring = rings - 1; ring >= 0; ring--) {
    const depth = ring / (rings - 1)
    const turn = phase * (ring % 2 ? -0.6 : 0.8) * (0.4 + depth)
    const inner = radius * (0.28 + depth * 0.5)
    context.beginPath()
    for (let step = 0; step <= SAMPLES; step++) {
      const at = step / SAMPLES
      const value = sampleAt(samples, at * 2)
      const distance =
        inner + (value - 0.5) * radius * 0.42 * config.amplitude * (0.4 + depth * 0.6)
      const angle = TAU * (at + turn) - Math.PI / 2
      context.lineTo(Math.cos(angle) * distance, Math.sin(angle) * distance)
    }
    context.closePath()
    context.strokeStyle = shade((1 - depth) * 80, 0.2 + (1 - depth) * 0.65)
    context.lineWidth = (1 + (1 - depth) * 1.4) * scale
    context.stroke()
  }
  const core = context.createRadialGradient(0, 0, 0, 0, 0, radius * 0.5)
  core.addColorStop(0, shade(40, 0.5))
  core.addColorStop(1, shade(40, 0))
  context.fillStyle = core
  context.fillRect(-radius, -radius, radius * 2, radius * 2)
  context.restore()
}

/** Paints a moving window of the series as mirrored bars. */
function paintBars(context: Context, { samples, phase, config }: Scene, stage: Stage): void {
  const { width, height, dark } = stage
  const shade = shades(config.color, dark)
  const count = Math.max(24, Math.min(72, Math.floor(width / 12)))
  const pitch = width / count
  const middle = height * 0.56
  const glide = phase * 0.5 * count
  const offset = glide % 1
  for (let bar = -1; bar <= count; bar++) {
    const number = bar + Math.floor(glide)
    const value = sampleAt(samples, number / (count * 1.6))
    const breath = 0.9 + 0.1 * Math.sin(TAU * (phase * 3 + number * 0.11))
    const reach = Math.max(2, value * height * 0.42 * config.amplitude * breath)
    const x = (bar - offset) * pitch
    const edge = Math.max(0, Math.sin(Math.PI * Math.min(1, Math.max(0, x / width))))
    context.fillStyle = shade((1 - value) * 60, 0.25 + 0.7 * edge, value * 0.1)
    context.beginPath()
    context.roundRect(x + pitch * 0.18, middle - reach, pitch * 0.64, reach, pitch * 0.3)
    context.fill()
    context.fillStyle = shade((1 - value) * 60, 0.12 * edge)
    context.beginPath()
    context.roundRect(x + pitch * 0.18, middle + 4, pitch * 0.64, reach * 0.45, pitch * 0.3)
    context.fill()
  }
}

const PAINTERS = { wave: paintWave, orbit: paintOrbit, bars: paintBars }

/** Paints one frame over the whole stage. */
export function paint(context: Context, scene: Scene, stage: Stage): void {
  context.clearRect(0, 0, stage.width, stage.height)
  context.lineJoin = 'round'
  context.globalCompositeOperation = stage.dark ? 'lighter' : 'source-over'
  const painter = PAINTERS[scene.config.mode] ?? paintWave
  painter(context, scene, stage)
  context.globalCompositeOperation = 'source-over'
}
