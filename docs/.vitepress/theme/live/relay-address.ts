/** No network has this host. It only appears in links, because all sockets of this page lead to its Worker. */
export const RELAY_HOST = 'relay.localhost'

/** The keys of a relay that lives as long as the page. */
export interface RelayKeys {
  hostKey: string
  viewerKey: string
}

/** What the page sends to the Worker: first the keys, then one request for each connection, with its port. */
export type ToWorker = { keys: RelayKeys } | { url: string; protocols: string[] }

/** What goes over the port of a connection. */
export type PortMessage =
  | { open: string }
  | { frame: string | ArrayBuffer | Uint8Array }
  | { close: number; reason: string }
