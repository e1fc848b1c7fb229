import { useSyncHost, syncPlugin } from '@vue-sync/vue/host'
import { syncViewer, useSyncViewer, type UseSyncViewerReturn } from '@vue-sync/vue/viewer'
import { createPinia } from 'pinia'
import { type App, createApp, effectScope, reactive, watch } from 'vue'
import { byteLength, createFrameLog, type Device, type FrameLog, type Phone } from './frame-log.ts'
import HostApp from './HostApp.vue'
import PhoneApp from './PhoneApp.vue'
import { createNetwork, type Network } from './port-socket.ts'
import { RELAY_HOST, type ToWorker } from './relay-address.ts'
import { useHostMatch } from './stores.ts'

export const NAMES: Record<Device, string> = { host: 'Host', phone1: 'Phone 1', phone2: 'Phone 2' }
const PHONES: Phone[] = ['phone1', 'phone2']

/** The rules of a host's links are kept under this name. Each load of this page has its own relay, so they must not be. */
const STORED = `vue-sync:access:wss://${RELAY_HOST}`

/** What the controls below a phone show. */
export interface PhoneControls {
  isCut: boolean
  isRemoved: boolean
}

export interface Demo {
  log: FrameLog
  phones: Record<Phone, PhoneControls>
  setNetwork: (phone: Phone, isUp: boolean) => void
  /** Revokes the link of a phone. */
  remove: (phone: Phone) => void
  /** Gives a removed phone a new link. */
  addAgain: (phone: Phone) => void
  /** Ends the three apps, the relay and everything else that runs. */
  stop: () => void
}

export interface DemoOptions {
  elements: Record<Device, HTMLElement>
  /** Called with each frame, for the picture of the network. */
  onFrame: (device: Device) => void
  /** The Worker could not start. */
  onFailed: () => void
}

/** Browsers without one of these, and plain http, get the static picture. */
export function canRun(): boolean {
  return (
    typeof Worker === 'function' &&
    typeof BroadcastChannel === 'function' &&
    globalThis.isSecureContext &&
    crypto.subtle !== undefined
  )
}

function forgetStored(session: string): void {
  try {
    localStorage.removeItem(`${STORED}/s/${session}`)
  } catch {
    // Nothing is stored where storage is unavailable.
  }
}

/** Starts the relay in a Worker, and a host and two viewers as Vue apps that know nothing of each other. */
export function startDemo({ elements, onFrame, onFailed }: DemoOptions): Demo {
  const worker = new Worker(new URL('./relay.worker.ts', import.meta.url), { type: 'module' })
  worker.addEventListener('error', onFailed)
  const post = (message: ToWorker, ports: MessagePort[] = []): void =>
    worker.postMessage(message, ports)
  const hostKey = crypto.randomUUID()
  post({ keys: { hostKey, viewerKey: crypto.randomUUID() } })

  const session = crypto.randomUUID()
  const scope = effectScope(true)
  const apps: App[] = []
  const links: Partial<Record<Phone, string>> = {}
  const phones = reactive<Demo['phones']>({
    phone1: { isCut: false, isRemoved: false },
    phone2: { isCut: false, isRemoved: false },
  })

  const pinia = createPinia()
  const log = createFrameLog(() =>
    byteLength(
      JSON.stringify({
        type: 'session_update',
        epoch: '0123456789abcdef',
        seq: log.totals.changes,
        payload: { match: useHostMatch(pinia).$state },
      }),
    ),
  )

  function createDeviceNetwork(device: Device): Network {
    return createNetwork({
      dial: (request, port) => post(request, [port]),
      onDial({ searchParams }) {
        const seq = searchParams.get('seq')
        if (seq === null) log.event(device, `${NAMES[device]} connects`)
        else log.event(device, `${NAMES[device]} is back and has change ${seq}`, true)
      },
      onSent(frame) {
        log.sent(device, frame)
        onFrame(device)
      },
      onReceived(frame) {
        log.received(device, frame)
        onFrame(device)
      },
    })
  }
  const networks = {
    host: createDeviceNetwork('host'),
    phone1: createDeviceNetwork('phone1'),
    phone2: createDeviceNetwork('phone2'),
  }

  const hostApp = createApp(HostApp)
  apps.push(hostApp)
  hostApp.use(pinia).use(syncPlugin, {
    url: `wss://${RELAY_HOST}`,
    session,
    key: hostKey,
    name: 'Scoreboard',
    WebSocket: networks.host.WebSocket,
    // Less than the defaults, because nothing here leaves the machine.
    debounce: 50,
    maxWait: 100,
  })
  hostApp.mount(elements.host)
  const host = hostApp.runWithContext(() => useSyncHost())

  function openPhone(phone: Phone): UseSyncViewerReturn {
    const app = createApp(PhoneApp)
    app.use(createPinia()).use(syncViewer, {
      WebSocket: networks[phone].WebSocket,
      // The visitor watches the phone, so it dials more often than the defaults.
      backoff: { first: 500, max: 1000 },
    })
    app.mount(elements[phone])
    apps.push(app)
    return app.runWithContext(() => useSyncViewer())
  }
  const viewers = { phone1: openPhone('phone1'), phone2: openPhone('phone2') }

  function addLink(phone: Phone): void {
    const id = host.issue({ label: NAMES[phone] })
    links[phone] = id
    scope.run(() => {
      // The link works as soon as the relay has signed it.
      const stopWaiting = watch(
        () => host.tokens.value.find((token) => token.id === id)?.url,
        (url) => {
          if (url === undefined) return
          stopWaiting()
          viewers[phone].connect(url)
        },
      )
    })
  }
  for (const phone of PHONES) addLink(phone)

  return {
    log,
    phones,
    setNetwork(phone, isUp) {
      phones[phone].isCut = !isUp
      if (isUp) return networks[phone].restore()
      log.event(phone, `${NAMES[phone]} loses its network`)
      networks[phone].cut()
    },
    remove(phone) {
      phones[phone].isRemoved = true
      log.event(phone, `The host revokes the link of ${NAMES[phone]}`)
      void host.revoke(links[phone]!)
    },
    addAgain(phone) {
      phones[phone].isRemoved = false
      log.event(phone, `The host issues a new link for ${NAMES[phone]}`)
      addLink(phone)
    },
    stop() {
      scope.stop()
      for (const app of apps) app.unmount()
      worker.removeEventListener('error', onFailed)
      worker.terminate()
      forgetStored(session)
    },
  }
}
