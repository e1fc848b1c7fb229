import { expect, it } from 'vitest'
import { expectQuiet } from '../support/browsers/playwright.ts'
import { useFixtureTabs } from '../support/browsers/fixture-tabs.ts'

const { open } = useFixtureTabs()

it('a browser shows state that arrives as Protocol Buffers, with deltas', async () => {
  const host = await open('host', { protobuf: '' })
  await host.waitForFunction(() => window.test.host.status.value === 'connected')
  const viewer = await open('viewer', { protobuf: '' })
  await host.bringToFront()
  await host.evaluate(() => {
    const { useBoard } = window.test.stores
    useBoard.title = 'Live'
    useBoard.rows = Array.from({ length: 30 }, (_, id) => ({ id, name: `row ${id}` }))
  })
  await viewer.waitForSelector('li:text-is("row 29")')
  await host.evaluate(() => {
    const { useBoard } = window.test.stores
    useBoard.rows[3]!.name = 'née'
    useBoard.rows.push(useBoard.rows.shift()!)
    useBoard.speed = 0
  })
  await viewer.waitForSelector('li:text-is("née")')
  const state = (): unknown => {
    const { title, speed, rows, nested } = window.test.stores.useBoard
    return { title, speed, rows, nested }
  }
  expect(await viewer.evaluate(state)).toEqual(await host.evaluate(state))
  await expectQuiet(host.seen, viewer.seen)
})
