import { useEventListener } from '@vueuse/core'
import { onScopeDispose, type Ref, shallowRef } from 'vue'
import { readCodes } from './read-code.ts'

export type CameraState = 'asking' | 'on' | 'denied' | 'missing' | 'busy' | 'failed'

export interface UseCameraReturn {
  state: Readonly<Ref<CameraState>>
  /** Requests the camera, shows its picture, and scans for codes until the scope ends. */
  start: (video: HTMLVideoElement) => Promise<void>
  /** Whether the camera's light is on; `undefined` if this device or browser cannot turn it on. */
  light: Readonly<Ref<boolean | undefined>>
  toggleLight: () => void
}

/** The light is no part of TypeScript's DOM types, because Safari and Firefox lack it. */
type WithTorch = { torch?: boolean }

/** Pause between two scans; a phone decodes a picture in about 20 ms. */
const LOOK_MS = 150
/** Scans in a row that fail before the camera is given up. A single picture may be broken. */
const MOST_FAILURES = 10
/** Restarts in a row that bring no picture before the camera is given up. */
const MOST_RESTARTS = 3

const STATES: Record<string, CameraState> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
  NotReadableError: 'busy',
  AbortError: 'busy',
}

/** Scans QR codes with the camera. `onCode` receives every result, including repeats. */
export function useCamera(onCode: (text: string) => void): UseCameraReturn {
  const state = shallowRef<CameraState>('asking')
  const light = shallowRef<boolean>()
  let stream: MediaStream | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let shownIn: HTMLVideoElement | undefined
  let ended = false
  let starting = false
  let failures = 0
  let restarts = 0

  function turnOff(): void {
    clearTimeout(timer)
    for (const track of stream?.getTracks() ?? []) track.stop()
    stream = light.value = undefined
  }
  onScopeDispose(() => {
    ended = true
    turnOff()
  })

  function giveUp(reason: CameraState): void {
    if (!ended) state.value = reason
    turnOff()
  }

  const isLost = (): boolean => !stream?.getTracks().some(({ readyState }) => readyState === 'live')

  /** Another app took the camera, it was unplugged, or the phone slept. A hidden page waits until it is visible. */
  function restartIfLost(): void {
    if (!shownIn || ended || starting || !stream || document.hidden) return
    // Some browsers pause the picture of a hidden page.
    if (!isLost()) return void shownIn.play().catch(() => {})
    if (++restarts > MOST_RESTARTS) return giveUp('failed')
    void run(shownIn)
  }
  useEventListener(document, 'visibilitychange', restartIfLost)
  useEventListener(window, 'pageshow', restartIfLost)

  async function look(video: HTMLVideoElement): Promise<void> {
    const shown = stream
    try {
      if (video.readyState >= video.HAVE_CURRENT_DATA && !document.hidden && !isLost()) {
        for (const text of await readCodes(video)) if (!ended) onCode(text)
        failures = restarts = 0
      }
    } catch {
      if (++failures >= MOST_FAILURES) return giveUp('failed')
    }
    // A restart meanwhile has begun its own scans.
    if (!ended && stream === shown) timer = setTimeout(() => void look(video), LOOK_MS)
  }

  async function run(video: HTMLVideoElement): Promise<void> {
    turnOff()
    starting = true
    const opened = await navigator.mediaDevices
      .getUserMedia({
        video: { facingMode: 'environment', width: { ideal: 1280 } },
        audio: false,
      })
      .catch((error: DOMException) => error)
      .finally(() => (starting = false))
    if (!(opened instanceof MediaStream)) return giveUp(STATES[opened.name] ?? 'failed')
    stream = opened
    // The scanner closed while the browser asked for permission, so the camera must be turned off.
    if (ended) return turnOff()
    for (const track of stream.getTracks()) track.addEventListener('ended', restartIfLost)
    video.srcObject = stream
    try {
      await video.play()
    } catch (error) {
      // A camera that is lost before its first picture is restarted, which ends this `play`.
      if (stream === opened) giveUp(STATES[(error as DOMException).name] ?? 'failed')
      return
    }
    if (stream !== opened) return
    state.value = 'on'
    const [track] = stream.getVideoTracks()
    const { torch } = (track?.getCapabilities?.() ?? {}) as WithTorch
    if (torch) light.value = false
    await look(video)
  }

  return {
    state,
    start(video) {
      shownIn = video
      failures = restarts = 0
      state.value = 'asking'
      return run(video)
    },
    light,
    toggleLight() {
      const torch = !light.value
      void stream
        ?.getVideoTracks()[0]
        ?.applyConstraints({ advanced: [{ torch } as MediaTrackConstraintSet] })
        .then(
          () => (light.value = torch),
          () => (light.value = undefined),
        )
    },
  }
}
