import { type CsvColumns, type LoadedSeries, readCsv, thinOut } from './csv.ts'

/** A series from the npm package vega-datasets, which is loaded only when the user chooses it. */
export interface Dataset {
  id: string
  title: string
  unit: string
  columns: CsvColumns
  load: () => Promise<{ default: string }>
}

export const DATASETS: readonly Dataset[] = [
  {
    id: 'global-temp',
    title: 'Global temperature',
    unit: '°C above average',
    columns: { value: 'temp' },
    load: () => import('vega-datasets/data/global-temp.csv?raw'),
  },
  {
    id: 'co2',
    title: 'CO₂ at Mauna Loa',
    unit: 'ppm',
    columns: { value: 'CO2' },
    load: () => import('vega-datasets/data/co2-concentration.csv?raw'),
  },
  {
    id: 'seattle',
    title: 'Seattle, daily high',
    unit: '°C',
    columns: { value: 'temp_max' },
    load: () => import('vega-datasets/data/seattle-weather.csv?raw'),
  },
  {
    id: 'sp500',
    title: 'S&P 500',
    unit: 'points',
    columns: { value: 'price' },
    load: () => import('vega-datasets/data/sp500.csv?raw'),
  },
  {
    id: 'apple',
    title: 'Apple shares',
    unit: '$',
    columns: { value: 'price', where: ['symbol', 'AAPL'] },
    load: () => import('vega-datasets/data/stocks.csv?raw'),
  },
]

export async function loadDataset({ title, unit, columns, load }: Dataset): Promise<LoadedSeries> {
  const { default: text } = await load()
  const all = readCsv(text, columns)
  return {
    series: { title, unit, source: 'vega-datasets', points: thinOut(all) },
    values: all.length,
  }
}
