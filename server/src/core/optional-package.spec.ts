import { expect, it } from 'vitest'
import { loadOptionalPackage } from './optional-package.ts'
import { UsageError } from './usage-error.ts'

const missing = (name: string) =>
  Object.assign(new Error(`Cannot find package '${name}' imported from /app/dist/index.js`), {
    code: 'ERR_MODULE_NOT_FOUND',
  })

it('says in one line how to install a package that is missing', async () => {
  const loading = loadOptionalPackage('--redis', 'ioredis', () =>
    Promise.reject(missing('ioredis')),
  )
  await expect(loading).rejects.toThrow(UsageError)
  await expect(loading).rejects.toThrow(/--redis needs the package ioredis: npm install ioredis/)
})

it('passes on any other failure, such as a package that the missing one needs', async () => {
  const failure = missing('other')
  const loading = loadOptionalPackage('--redis', 'ioredis', () => Promise.reject(failure))
  await expect(loading).rejects.toBe(failure)
})

it('returns what it loaded', async () => {
  expect(await loadOptionalPackage('--redis', 'ioredis', async () => 'loaded')).toBe('loaded')
})
