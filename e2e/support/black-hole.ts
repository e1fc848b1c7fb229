import { type FaultProxy, openFaultProxy } from './fault-proxy.ts'

/**
 * A way to a port of loopback that can turn into a black hole: the network of a phone that left the Wi-Fi,
 * where nothing arrives and nothing is ever closed.
 */
export type BlackHole = Pick<
  FaultProxy,
  'port' | 'bytes' | 'connections' | 'swallow' | 'heal' | 'close'
>

export function openBlackHole(target: number): Promise<BlackHole> {
  return openFaultProxy(target)
}
