import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'

// npm puts one version of a name at the top of node_modules. Nuxt's server has h3 1 there, and the routes of an app
// failed when the relay's h3 2 took its place: `event.req.headers.get is not a function`.
it('installs its h3 under a name that no app imports', async () => {
  const manifest = new URL('../package.json', import.meta.url)
  const { dependencies } = JSON.parse(await readFile(manifest, 'utf8'))
  expect(dependencies).not.toHaveProperty('h3')
  expect(dependencies['h3-2']).toMatch(/^npm:h3@\^2\./)
})
