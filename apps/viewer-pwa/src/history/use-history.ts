import { computed, onScopeDispose, type Ref, shallowRef } from 'vue'
import { EMPTY_VIEW, type View } from '../inspector/model/index.ts'
import type { InspectorSource } from '../inspector/source.ts'
import type { OpenedRecording } from './recording/open-recording.ts'
import { createKept, type KeptHistory, type Paused } from './kept.ts'
import { createPace } from './pace.ts'
import { createPlayback, type Playback } from './playback.ts'
import { type Entry, recorder } from './recording/recorder.ts'
import { createTimeline, type Moment, type Timeline } from './timeline.ts'

export type UseHistoryReturn = ReturnType<typeof useHistory>

/** Returns a name for the session whose history is shown. */
export const sessionName = (): string | undefined =>
  recorder.address && `${recorder.address.relay} ${recorder.address.session}`

/**
 * The past states of the live session, or the states of an opened recording.
 *
 * @param live the live state
 * @param create creates the viewer that turns frames into states
 * @param kept of this session, from an earlier call. It is updated when the scope ends
 */
export function useHistory(
  live: InspectorSource,
  create: typeof createPlayback = createPlayback,
  kept: KeptHistory = createKept(),
) {
  const moments = shallowRef<readonly Moment[]>([])
  const isCut = shallowRef(false)
  const isLoading = shallowRef(false)
  const hasFailed = shallowRef(false)
  /** The id of the shown moment; `undefined` shows the present. */
  const selectedId = shallowRef<number>()
  /** The view at the time of the pause, until another moment is selected. */
  const frozen = shallowRef<Paused>()
  const recording = shallowRef<OpenedRecording>()
  let playback: Playback | undefined
  /** Ends the subscription to new messages. */
  let stop: (() => void) | undefined
  /** Increases when the history that is loading is no longer needed. */
  let run = 0
  /** Whether the history of the session is to be shown, even if that has failed. */
  let isWantedLive = false
  const session = shallowRef(sessionName())
  onScopeDispose(
    recorder.subscribe((entry) => {
      if (entry) return
      session.value = sessionName()
      if (isWantedLive) void backToLive().then(load)
    }),
  )

  function publish(timeline: Timeline): void {
    moments.value = timeline.moments
    isCut.value = timeline.isCut
    const pause = frozen.value
    // Paused before there were moments.
    if (pause && selectedId.value === undefined)
      selectedId.value = (
        moments.value.findLast((moment) => isUpTo(moment, pause)) ?? moments.value[0]
      )?.id
  }

  function stopFollowing(): void {
    stop?.()
    playback?.dispose()
    stop = playback = undefined
  }

  function unload(): void {
    run++
    isWantedLive = false
    stopFollowing()
    moments.value = []
    isLoading.value = hasFailed.value = isCut.value = false
  }

  /** Turns the received messages into moments, and then each message that follows. */
  async function load(): Promise<void> {
    unload()
    isWantedLive = true
    const own = run
    const isWanted = (): boolean => own === run
    const { address, base, entries, since } = recorder
    // Without an address, no session was opened.
    if (!address) return
    isLoading.value = true
    const queue: Entry[] = [...entries]
    let wake: (() => void) | undefined
    stop = recorder.subscribe((entry) => {
      if (!entry) return
      queue.push(entry)
      wake?.()
    })
    try {
      const made = await create({ address, base })
      if (!isWanted()) return made.dispose()
      playback = made
      const timeline = createTimeline(made, base?.lastUpdate ?? since)
      const pace = createPace()
      while (isWanted()) {
        for (const entry of queue.splice(0)) {
          await timeline.add(entry)
          await pace()
          if (!isWanted()) return
        }
        publish(timeline)
        isLoading.value = false
        if (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      }
    } catch {
      if (!isWanted()) return
      stopFollowing()
      isLoading.value = false
      hasFailed.value = true
    }
  }

  const last = computed(() => moments.value.at(-1))
  const index = computed(() => {
    const first = moments.value[0]
    if (selectedId.value === undefined || !first) return moments.value.length - 1
    // A moment that was dropped: the oldest that is left.
    return Math.min(Math.max(0, selectedId.value - first.id), moments.value.length - 1)
  })
  const selected = computed<Moment | undefined>(() => moments.value[index.value])
  const isPast = computed(
    () =>
      recording.value !== undefined || frozen.value !== undefined || selectedId.value !== undefined,
  )

  /** The time of the shown state, in milliseconds since 1970, also while the history loads. */
  const shownAt = computed(() => selected.value?.at ?? frozen.value?.at)

  async function backToLive(): Promise<void> {
    selectedId.value = frozen.value = undefined
    if (!recording.value) return
    recording.value = undefined
    await load()
  }

  const view = computed<View>(() => {
    if (frozen.value) return frozen.value.view
    if (recording.value) return selected.value?.view ?? EMPTY_VIEW
    return selectedId.value === undefined ? live.view.value : (selected.value?.view ?? EMPTY_VIEW)
  })

  function pauseAt(paused: Paused): void {
    frozen.value = paused
    selectedId.value = last.value?.id
  }
  function show(opened: OpenedRecording): void {
    unload()
    frozen.value = undefined
    recording.value = opened
    publish(opened.timeline)
    selectedId.value = moments.value[0]!.id
  }

  if (kept.recording) {
    show(kept.recording.opened)
    selectedId.value = kept.recording.id
  } else {
    if (kept.paused) pauseAt(kept.paused)
    if (kept.paused || kept.isOpen) void load()
  }
  onScopeDispose(() => {
    kept.session = session.value
    kept.recording = recording.value && { opened: recording.value, id: selectedId.value }
    kept.paused =
      isPast.value && !recording.value
        ? { view: view.value, at: shownAt.value ?? Date.now(), seq: selected.value?.seq }
        : undefined
    unload()
  })

  return {
    moments: moments as Readonly<Ref<readonly Moment[]>>,
    isCut,
    isLoading,
    hasFailed,
    index,
    selected,
    shownAt,
    /** Whether the inspector is paused, or shows a state of the past or of a recording. */
    isPast,
    recording,
    /** How many changes came after the shown state. */
    newer: computed(() =>
      last.value && selected.value ? last.value.changes - selected.value.changes : 0,
    ),
    source: { view, isLive: computed(() => !isPast.value), session } satisfies InspectorSource,
    load,
    unload,
    pause(): void {
      if (!isPast.value) pauseAt({ view: live.view.value, at: Date.now() })
    },
    /** @param at an index in `moments` */
    select(at: number): void {
      const moment = moments.value[Math.min(Math.max(0, at), moments.value.length - 1)]
      if (!moment) return
      frozen.value = undefined
      selectedId.value = moment.id
    },
    backToLive,
    show,
  }
}

/** Whether a moment came before the pause. Messages of the same millisecond are told apart by their numbers. */
const isUpTo = ({ at, seq }: Moment, pause: Paused): boolean =>
  at < pause.at ||
  (at === pause.at && (seq === undefined || pause.seq === undefined || seq <= pause.seq))
