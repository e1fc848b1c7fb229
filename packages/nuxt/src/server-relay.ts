import { addServerHandler, addServerPlugin } from '@nuxt/kit'
import type { Nuxt } from '@nuxt/schema'
import { includedViewer, viewerHeaders } from '@vue-sync/server'
import type { RelayConfig } from './options.ts'

/** The part of Nuxt's options that `@nuxt/nitro-server` adds. */
interface NitroOptions {
  nitro: {
    experimental?: { websocket?: boolean }
    publicAssets?: { dir: string; baseURL: string; maxAge: number; fallthrough?: boolean }[]
  }
  routeRules?: Record<string, { headers?: Record<string, string> }>
}

/**
 * Makes a relay, and the viewer app, part of the built server.
 *
 * @param folder of the files that run in the server
 */
export function addServerRelay(nuxt: Nuxt, { path }: Required<RelayConfig>, folder: string): void {
  const options = nuxt.options as unknown as NitroOptions
  const { nitro, routeRules } = options
  nitro.experimental = { ...nitro.experimental, websocket: true }
  Object.assign(nuxt.options.runtimeConfig['vueSync'] as object, { relayPath: path })
  addServerPlugin(`${folder}/plugin`)
  addServerHandler({ route: `${path}/**`, handler: `${folder}/handler` })
  const dir = includedViewer()
  if (dir === undefined) return
  // Nitro passes other requests on to the relay. By default it would answer 404 to them.
  const assets = { dir, baseURL: path, maxAge: 0, fallthrough: true }
  nitro.publicAssets = [...(nitro.publicAssets ?? []), assets]
  options.routeRules = { [`${path}/**`]: { headers: viewerHeaders(false) }, ...routeRules }
}
