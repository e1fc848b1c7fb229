export interface Measurement {
  id: string
  label: string
  unit: string
  value: number
}

const around = (value: number, spread: number): number =>
  Math.max(0, Math.round(value + (Math.random() - 0.5) * spread))

/**
 * Where the numbers come from. This example makes them up from a load between 0 and 1; a real dashboard asks a server
 * here.
 */
export function measure(load: number): Measurement[] {
  const wave = 1 + 0.3 * Math.sin(Date.now() / 6000)
  return [
    { id: 'visitors', label: 'Visitors', unit: '', value: around(1200 * load * wave + 80, 40) },
    { id: 'orders', label: 'Orders', unit: '/min', value: around(46 * load * wave + 2, 3) },
    {
      id: 'response',
      label: 'Response time',
      unit: 'ms',
      value: around(60 + 240 * load * wave, 12),
    },
    { id: 'queue', label: 'Queue', unit: 'jobs', value: around(90 * load ** 2 * wave, 4) },
  ]
}
