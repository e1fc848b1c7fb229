import { en } from '../../../apps/viewer-pwa/src/texts/en/index.ts'
import { createFormats } from '../../../apps/viewer-pwa/src/texts/formats.ts'

/** What a user does, in words that every browser's driver understands. */
export interface ScreenDriver {
  /** Loads the page of an address. Reloads it if only the fragment differs. */
  open: (url: string) => Promise<void>
  /** Presses the button with this accessible name. */
  press: (name: string) => Promise<void>
  /** Replaces the text of the first text field. */
  type: (text: string) => Promise<void>
  /** Waits until a visible element contains the text. */
  sees: (text: string) => Promise<void>
  /** Waits until an element that matches the selector is visible. */
  has: (selector: string) => Promise<void>
  /** Clicks the first element that matches the selector. */
  click: (selector: string) => Promise<void>
}

/** The addresses that the screens open. */
export interface Places {
  /** Origin of the viewer app. */
  app: string
  /** A viewer link. Its session has the stores of `SCREEN_STATE`, and its relay has the session `SECOND_SESSION`. */
  link: string
  /** Sends changes of that session's state. */
  change: () => void
}

export interface Screen {
  name: string
  open: (user: ScreenDriver, places: Places) => Promise<void>
}

/** The texts of the app, so that a changed wording changes no test. */
export const TEXTS = en(createFormats('en'))
const { pairing, session, bar, inspector, history, panes, menu } = TEXTS

const LONG_WORD = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'
const PERSON = {
  name: 'Ada Lovelace-Byron',
  mail: 'ada.lovelace@analytical-engine.example',
  score: 12.5,
}

/** Nests an object so deep that a fixed indentation would fill a phone. */
function nest(depth: number): object {
  return depth === 0 ? { bottom: LONG_WORD, [LONG_WORD]: 1 } : { inner: nest(depth - 1) }
}

/** Stores with values that are hard to lay out. Two are those of the demo host, so the scene shows them. */
export const SCREEN_STATE = {
  deep: nest(12),
  session: {
    // As long as the demo host allows.
    name: LONG_WORD.slice(0, 48).padEnd(60, ' and more of it'),
    data: {
      title: 'Global temperature',
      unit: '°C against 1961–1990',
      source: 'https://example.org/a/very/long/address/without/any/space/in/it.csv',
      points: Array.from({ length: 60 }, (_, at) => ({ t: String(1960 + at), v: Math.sin(at) })),
    },
    metadata: { createdAt: '2026-11-24T14:05:00Z', points: 60 },
  },
  config: { speed: 1, mode: 'wave', amplitude: 1, enabled: true, color: '#2dd4bf' },
  awkward: {
    word: LONG_WORD,
    lines: 'First line\nSecond line\n\tindented',
    long: `${LONG_WORD} `.repeat(40),
    hebrew: 'שלום עולם',
    image: `data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7`,
    people: Array.from({ length: 40 }, (_, id) => ({ id, ...PERSON, [LONG_WORD]: id })),
  },
}

/** A session of the same relay, so that the app knows two. */
export const SECOND_SESSION = 'second'
export const SECOND_STATE = { board: { title: 'The second session' } }

const openSession = async (user: ScreenDriver, { link }: Places): Promise<void> => {
  await user.open(link)
  await user.sees(SCREEN_STATE.session.data.title)
}

const openInspector = async (user: ScreenDriver, places: Places): Promise<void> => {
  await openSession(user, places)
  await user.press(bar.inspector)
  await user.has('[data-path="awkward"]')
}

/** Shows the sheet of one value of the store `awkward`. */
const openValue = async (user: ScreenDriver, places: Places, name: string): Promise<void> => {
  await openInspector(user, places)
  await user.type(name)
  await user.has(`[data-path="awkward.${name}"]`)
  await user.press(inspector.moreAbout(name))
  await user.has('dialog')
}

const openHistory = async (user: ScreenDriver, places: Places): Promise<void> => {
  await openInspector(user, places)
  await user.press(history.open)
  for (const count of [2, 3]) {
    places.change()
    await user.has(`.log li:nth-of-type(${count})`)
  }
}

/** The same link to another session. */
function linkTo(name: string, link: string): string {
  const [page, fragment] = link.split('#')
  const parts = new URLSearchParams(fragment)
  parts.set('s', name)
  return `${page}#${parts}`
}

const openPanesSheet = async (user: ScreenDriver, { link }: Places): Promise<void> => {
  await user.open(linkTo(SECOND_SESSION, link))
  await user.sees(SECOND_STATE.board.title)
  await user.open(link)
  await user.sees(SCREEN_STATE.session.data.title)
  await user.press(bar.menu)
  await user.press(panes.choose)
  await user.has('dialog label:nth-of-type(2)')
}

/** Every screen of the viewer app, and how a user gets there. Add yours here: axe and the layout test then check it. */
export const SCREENS: Screen[] = [
  {
    name: 'the first run',
    async open(user, { app }) {
      await user.open(app)
      await user.sees(pairing.title)
    },
  },
  {
    name: 'a wrong code',
    async open(user, { app }) {
      await user.open(app)
      await user.type('000000')
      await user.press(pairing.connect)
      await user.has('[role="alert"]')
    },
  },
  {
    name: 'the scanner',
    async open(user, { app }) {
      await user.open(app)
      await user.press(pairing.scan)
      await user.has('dialog .say')
    },
  },
  {
    name: 'a session without a host',
    async open(user, { link }) {
      await user.open(linkTo('nobody', link))
      await user.sees(session.wait.hostOffline[0])
    },
  },
  {
    name: 'a refused key',
    async open(user, { app }) {
      await user.open(`${app}/#k=wrong`)
      await user.sees(session.stopped['VS102']![0])
    },
  },
  { name: 'the scene', open: openSession },
  {
    name: 'the inspector',
    async open(user, places) {
      await openInspector(user, places)
    },
  },
  {
    name: 'a deep value in the inspector',
    async open(user, places) {
      await openInspector(user, places)
      await user.type('bottom')
      await user.has(`[data-path="deep${'.inner'.repeat(12)}.bottom"]`)
    },
  },
  {
    name: 'a search in the inspector',
    async open(user, places) {
      await openInspector(user, places)
      await user.type('Ada')
      await user.has('[data-path="awkward.people.0.name"]')
    },
  },
  { name: 'the sheet of a long text', open: (user, places) => openValue(user, places, 'long') },
  { name: 'the sheet of an image', open: (user, places) => openValue(user, places, 'image') },
  {
    name: 'a table of records',
    async open(user, places) {
      await openValue(user, places, 'people')
      await user.press(inspector.showTable)
      await user.has('[role="grid"] [role="gridcell"]')
    },
  },
  { name: 'the history', open: openHistory },
  {
    name: 'a state of the past',
    async open(user, places) {
      await openHistory(user, places)
      await user.press(history.pause)
      await user.press(history.older)
      await user.sees(history.backToLive)
    },
  },
  {
    name: 'a kiosk',
    async open(user, { link }) {
      await user.open(`${link}&kiosk`)
      await user.sees(SCREEN_STATE.session.data.title)
    },
  },
  {
    name: 'the inspector in a kiosk',
    async open(user, { link }) {
      await user.open(`${link}&view=inspector&kiosk`)
      await user.has('[data-path="awkward"]')
    },
  },
  { name: 'the choice of sessions', open: openPanesSheet },
  {
    name: 'sessions side by side',
    async open(user, places) {
      await openPanesSheet(user, places)
      for (const place of [1, 2]) await user.click(`dialog label:nth-of-type(${place})`)
      await user.press(panes.show)
      await user.sees(SCREEN_STATE.session.data.title)
      await user.has('.place:nth-of-type(2) .pane')
    },
  },
  {
    name: 'the page about https',
    async open(user, { app }) {
      await user.open(`${app}/setup`)
      await user.has('h1')
    },
  },
  {
    name: 'the menu',
    async open(user, places) {
      await openSession(user, places)
      await user.press(bar.menu)
      await user.has('dialog')
    },
  },
  {
    name: 'the offer to undo, after a session was forgotten',
    async open(user, places) {
      await openSession(user, places)
      await user.press(bar.menu)
      await user.press(menu.forgetSession)
      await user.sees(pairing.undo)
    },
  },
  {
    name: 'remembered sessions',
    async open(user, places) {
      await openSession(user, places)
      await user.press(bar.menu)
      await user.press(menu.otherSessions)
      await user.sees(pairing.recent)
      await user.click('.forget')
      await user.sees(pairing.undo)
    },
  },
]
