import { describe, expect, it } from 'vitest'
import { type ModuleOptions, resolveOptions } from './options.ts'

describe('options of the module', () => {
  it('publish with a relay beside nuxt dev unless they say otherwise', () => {
    expect(resolveOptions({})).toEqual({ host: {}, viewer: false, dev: {}, relay: undefined })
    expect(resolveOptions({ host: false, dev: false })).toEqual({
      host: undefined,
      viewer: false,
      dev: undefined,
      relay: undefined,
    })
  })

  it('turn the host off in a viewer, unless the app is both', () => {
    expect(resolveOptions({ viewer: true }).host).toBeUndefined()
    expect(resolveOptions({ viewer: true, host: { stores: ['a'] } }).host).toEqual({
      stores: ['a'],
    })
  })

  it('put a relay into the built server', () => {
    expect(resolveOptions({ relay: true }).relay).toEqual({ path: '/__sync' })
    expect(resolveOptions({ relay: { path: '/live/' } }).relay).toEqual({ path: '/live' })
  })

  it.each([
    [{ hosts: true }, /there is no option "hosts"\. The options are host, viewer, dev, relay\./],
    [{ viewer: 'yes' }, /viewer must be true or false, not "yes"/],
    [{ host: ['board'] }, /host must be true, false or an object, not \["board"\]/],
    [{ dev: 9876 }, /dev must be true, false or an object, not 9876/],
    [{ host: { key: 'x' } }, /host\.key would become part of the JavaScript .*keyFrom/],
    [{ host: { url: 'x' } }, /set NUXT_PUBLIC_VUE_SYNC_URL/],
    [{ host: { session: 'x' } }, /set NUXT_PUBLIC_VUE_SYNC_SESSION/],
    [{ relay: { path: 'live' } }, /relay\.path must be a path like \/__sync, not "live"/],
    [{ relay: { path: '/' } }, /relay\.path must be a path like/],
  ])('are refused with the name and the fix: %j', (options, problem) => {
    expect(() => resolveOptions(options as ModuleOptions)).toThrow(problem)
  })
})
