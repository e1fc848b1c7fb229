import { beforeEach, expect, it, vi } from 'vitest'
import { createReport } from '../diagnostics.ts'
import { createProblems } from '../problems.ts'
import { createDialReports } from './dial-reports.ts'

const RELAY = 'ws://10.0.0.5:9876'
let printed: string[]

beforeEach(() => {
  printed = []
  vi.spyOn(console, 'error').mockImplementation((text) => void printed.push(String(text)))
})

function start(relay = RELAY) {
  const problems = createProblems()
  const reportDials = createDialReports(relay, problems, createReport('viewer'))
  return { reportDials, codes: () => problems.list.map(({ code }) => code), problems }
}

it('reports dials that nothing answers after the third one', async () => {
  const { reportDials, codes } = start()
  reportDials(1)
  reportDials(2)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(codes()).toEqual([])
  reportDials(3)
  await expect.poll(codes).toEqual(['VS120'])
})

it('lists the cause of the latest dial when the cause changes', async () => {
  const { reportDials, codes, problems } = start()
  reportDials(3)
  await expect.poll(codes).toEqual(['VS120'])
  reportDials(4, 'its limit of viewers')
  await expect.poll(codes).toEqual(['VS126'])
  reportDials(5, 'its limit of sessions')
  await expect.poll(() => problems.list[0]?.reason).toContain('its limit of sessions')
  expect(codes()).toEqual(['VS126'])
  reportDials(6)
  await expect.poll(codes).toEqual(['VS120'])
  expect(printed.map((text) => /VS\d+/.exec(text)![0])).toEqual(['VS120', 'VS126', 'VS126'])
})

it('lists nothing once the relay has answered, also when a cause becomes known later', async () => {
  const { reportDials, codes } = start()
  reportDials(1, 'its limit of viewers')
  reportDials(0)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(codes()).toEqual([])
})

it('says below a base path that the proxy may serve the relay at another one', async () => {
  const { reportDials, problems } = start('wss://example.com/sync')
  reportDials(3)
  await expect
    .poll(() => problems.list[0]?.reason)
    .toContain('wss://example.com/sync; a proxy may serve the relay at another path')
})
