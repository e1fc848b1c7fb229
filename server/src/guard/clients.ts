import type { IncomingMessage } from 'node:http'
import proxyAddr from 'proxy-addr'
import { type BrowserRequest, isLoopbackName, nameOf } from './hosts-and-origins.ts'
import { isLoopback, unmapped } from '../network/private-networks.ts'

/** The parts of a request that the checks read, on every runtime. Node's `IncomingMessage` has them. */
export interface IncomingRequest {
  headers: Readonly<Record<string, string | string[] | undefined>> & {
    host?: string | undefined
    origin?: string | undefined
  }
  /** A TLS socket also has `encrypted`. */
  socket: { readonly remoteAddress?: string | undefined }
}

/** Reads who sent a request. `X-Forwarded-*` headers count only from trusted proxies. */
export interface Clients {
  /** The address of the client, behind any trusted proxies. */
  addressOf: (request: IncomingRequest) => string
  /** Whether a trusted proxy says that the client used TLS. */
  isForwardedTls: (request: IncomingRequest) => boolean
  /** Whether nobody in between can read or change the traffic: TLS, or a connection within this machine. */
  isSecure: (request: IncomingRequest) => boolean
  /** Whether the client runs on this machine and uses a loopback name, without a proxy in between. */
  isWithinMachine: (request: IncomingRequest) => boolean
  /** The host name that was asked for, and the page that asked. */
  browserRequestOf: (request: IncomingRequest) => BrowserRequest
}

/** Headers that proxies add: a connection from this machine with one of them is for a client elsewhere. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'] as const

/** The host that was asked for: HTTP/2 has another header for it. */
export function hostOf({ headers }: IncomingRequest): string | undefined {
  return headers.host ?? (headers[':authority'] as string | undefined)
}

/** Whether a request comes from this machine, by a loopback name and without a proxy in between. */
export function isWithinMachine(request: IncomingRequest): boolean {
  const { socket, headers } = request
  // The host name excludes pages whose own name was pointed at this machine (DNS rebinding).
  return (
    isLoopback(unmapped(socket.remoteAddress ?? '')) &&
    isLoopbackName(nameOf(hostOf(request))) &&
    FORWARDED.every((name) => headers[name] === undefined)
  )
}

/** Some proxies append the port, which would make each connection another client. */
function withoutPort(entry: string): string {
  const text = entry.trim()
  return (
    /^"?\[([^\]]*)\](?::\d+)?"?$/.exec(text)?.[1] ?? text.replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1')
  )
}

/** The part of a request that proxy-addr reads. */
function forwardedBy({ socket, headers }: IncomingRequest): IncomingMessage {
  const list = String(headers['x-forwarded-for'] ?? '')
  const addresses = list === '' ? undefined : list.split(',').map(withoutPort).join(', ')
  return { socket, headers: { 'x-forwarded-for': addresses } } as unknown as IncomingMessage
}

/** @param trusted addresses, CIDRs, or the names that proxy-addr knows */
export function createClients(trusted: readonly string[]): Clients {
  const trust = trusted.length > 0 ? proxyAddr.compile([...trusted]) : undefined

  const isTrusted = (socket: IncomingRequest['socket']): boolean =>
    trust?.(socket.remoteAddress ?? '', 0) ?? false

  function isForwardedTls({ socket, headers }: IncomingRequest): boolean {
    const protocols = headers['x-forwarded-proto']
    if (protocols === undefined) return false
    return String(protocols).split(',')[0]!.trim() === 'https' && isTrusted(socket)
  }

  /** The nearest proxy appends its value last; anyone can send the values before it. */
  function askedHost(request: IncomingRequest): string | undefined {
    const names = request.headers['x-forwarded-host']
    const last = String(names ?? '')
      .split(',')
      .at(-1)!
      .trim()
    return last !== '' && isTrusted(request.socket) ? last : hostOf(request)
  }

  return {
    addressOf(request) {
      const nearest = request.socket.remoteAddress ?? ''
      return unmapped(trust ? (proxyAddr(forwardedBy(request), trust) ?? '') : nearest)
    },
    isForwardedTls,
    isWithinMachine,
    browserRequestOf: (request) => ({
      host: askedHost(request),
      secure: 'encrypted' in request.socket || isForwardedTls(request),
      origin: request.headers.origin,
    }),
    isSecure: (request) =>
      'encrypted' in request.socket || isForwardedTls(request) || isWithinMachine(request),
  }
}
