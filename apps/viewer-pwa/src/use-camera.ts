import { onScopeDispose, type Ref, shallowRef } from 'vue'
import { readCodes } from './read-code.ts'

export type CameraState = 'asking' | 'on' | 'denied' | 'missing' | 'busy' | 'failed'

export interface UseCameraReturn {
  state: Readonly<Ref<CameraState>>
  /** Requests the camera, shows its picture, and scans for codes until the scope ends. */
  start: (video: HTMLVideoElement) => Promise<void>
}

/** Pause between two scans; a phone decodes a picture in about 20 ms. */
const LOOK_MS = 150

const STATES: Record<string, CameraState> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
  NotReadableError: 'busy',
  AbortError: 'busy',
}

/** Returns `false` on pages without a secure context, where browsers offer no camera. */
export function hasCamera(): boolean {
  return typeof navigator.mediaDevices?.getUserMedia === 'function'
}

/** Scans QR codes with the camera. `onCode` receives every result, including repeats. */
export function useCamera(onCode: (text: string) => void): UseCameraReturn {
  const state = shallowRef<CameraState>('asking')
  let stream: MediaStream | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let ended = false

  function stop(): void {
    ended = true
    clearTimeout(timer)
    for (const track of stream?.getTracks() ?? []) track.stop()
  }
  onScopeDispose(stop)

  async function look(video: HTMLVideoElement): Promise<void> {
    try {
      if (video.readyState >= video.HAVE_CURRENT_DATA)
        for (const text of await readCodes(video)) if (!ended) onCode(text)
    } catch {
      if (!ended) state.value = 'failed'
      return stop()
    }
    if (!ended) timer = setTimeout(() => void look(video), LOOK_MS)
  }

  return {
    state,
    async start(video) {
      try {
        stream = await navigator.mediaDevices.getUserMedia({
          video: { facingMode: 'environment', width: { ideal: 1280 } },
          audio: false,
        })
        // The scanner closed while the browser asked for permission, so the camera must be turned off.
        if (ended) return stop()
        video.srcObject = stream
        await video.play()
        state.value = 'on'
        await look(video)
      } catch (error) {
        if (!ended) state.value = STATES[(error as DOMException).name] ?? 'failed'
        stop()
      }
    },
  }
}
