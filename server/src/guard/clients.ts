import type { IncomingMessage } from 'node:http'
import proxyAddr from 'proxy-addr'
import { type Call, nameOf } from './guard.ts'
import { isLoopback, unmapped } from '../network/private-networks.ts'

/** What is looked at of a request, whatever took it in: Node's `IncomingMessage` is one. */
export interface IncomingCall {
  headers: Readonly<Record<string, string | string[] | undefined>> & {
    host?: string | undefined
    origin?: string | undefined
  }
  /** Over TLS it has `encrypted`. */
  socket: { readonly remoteAddress?: string | undefined }
}

/** Who is at the other end of a request, as far as it can be believed. */
export interface Clients {
  /** The client's own address, behind proxies that are trusted. */
  addressOf: (request: IncomingCall) => string
  /** A proxy that is trusted says that it was asked over TLS. */
  isForwardedTls: (request: IncomingCall) => boolean
  /** Nobody on the way can read or change what is said: TLS, or a connection within this machine. */
  isSecure: (request: IncomingCall) => boolean
  /** From this machine, by a name that only this machine has, and for nobody else. */
  isWithinMachine: (request: IncomingCall) => boolean
  /** Whom a request is for and which page made it. */
  callOf: (request: IncomingCall) => Call
}

/** Whatever a proxy adds: who connects from this machine with one of these is not on this machine. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'] as const

function isLoopbackName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || isLoopback(host)
}

function isWithinMachine({ socket, headers }: IncomingCall): boolean {
  // A page of a foreign name that was pointed here is not from here, nor is who a proxy speaks for.
  return (
    isLoopback(unmapped(socket.remoteAddress ?? '')) &&
    isLoopbackName(nameOf(headers.host)) &&
    FORWARDED.every((name) => headers[name] === undefined)
  )
}

export function createClients(trusted: readonly string[]): Clients {
  const trust = trusted.length > 0 ? proxyAddr.compile([...trusted]) : () => false

  function isForwardedTls({ socket, headers }: IncomingCall): boolean {
    const said = String(headers['x-forwarded-proto'] ?? '').split(',')[0]!
    return said.trim() === 'https' && trust(socket.remoteAddress ?? '', 0)
  }

  /** The nearest proxy's word is its last: what stands before it anyone can write. */
  function askedHost({ socket, headers }: IncomingCall): string | undefined {
    const said = String(headers['x-forwarded-host'] ?? '').split(',')
    const last = said.at(-1)!.trim()
    return last !== '' && trust(socket.remoteAddress ?? '', 0) ? last : headers.host
  }

  return {
    addressOf: (request) => unmapped(proxyAddr(request as IncomingMessage, trust) ?? ''),
    isForwardedTls,
    isWithinMachine,
    callOf: (request) => ({
      host: askedHost(request),
      secure: 'encrypted' in request.socket || isForwardedTls(request),
      origin: request.headers.origin,
    }),
    isSecure: (request) =>
      'encrypted' in request.socket || isForwardedTls(request) || isWithinMachine(request),
  }
}
