import type { IncomingMessage } from 'node:http'
import proxyAddr from 'proxy-addr'
import { isLoopback, unmapped } from './private-networks.ts'

/** Who is at the other end of a request, as far as it can be believed. */
export interface Clients {
  /** The client's own address, behind proxies that are trusted. */
  addressOf: (request: IncomingMessage) => string
  /** Nobody on the way can read or change what is said: TLS, or a connection within this machine. */
  isSecure: (request: IncomingMessage) => boolean
}

/** Whatever a proxy adds: who connects from this machine with one of these is not on this machine. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'] as const

/** The host of a `Host` header, without port and brackets; `''` for what is none. */
export function hostOf(header: string | undefined): string {
  const text = `http://${header ?? ''}`
  if (!/^[\w.:[\]-]+$/.test(header ?? '') || !URL.canParse(text)) return ''
  return new URL(text).hostname.replaceAll(/[[\]]/g, '')
}

function isLoopbackName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || isLoopback(host)
}

function isWithinMachine({ socket, headers }: IncomingMessage): boolean {
  // A page of a foreign name that was pointed here is not from here, nor is who a proxy speaks for.
  return (
    isLoopback(unmapped(socket.remoteAddress ?? '')) &&
    isLoopbackName(hostOf(headers.host)) &&
    FORWARDED.every((name) => headers[name] === undefined)
  )
}

export function createClients(trusted: readonly string[]): Clients {
  const trust = trusted.length > 0 ? proxyAddr.compile([...trusted]) : () => false

  return {
    addressOf: (request) => unmapped(proxyAddr(request, trust) ?? ''),
    isSecure(request) {
      if ('encrypted' in request.socket) return true
      const { remoteAddress = '' } = request.socket
      if (!trust(remoteAddress, 0)) return isWithinMachine(request)
      const said = String(request.headers['x-forwarded-proto'] ?? '')
      return said === '' ? isWithinMachine(request) : said.split(',')[0]!.trim() === 'https'
    },
  }
}
