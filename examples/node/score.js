import process from 'node:process'
import { createSyncClient } from '@vue-sync/vue/client'

const [, , url, id = 'score'] = process.argv
const client = createSyncClient({ url })

client.on('change', (ids) => {
  if (ids.includes(id)) console.log(JSON.stringify(client.state[id] ?? null))
})
client.on('status', () => {
  if (!client.error) return
  console.error(client.error.message)
  process.exitCode = 1
})
