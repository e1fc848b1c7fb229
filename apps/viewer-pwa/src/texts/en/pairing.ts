import type { Formats } from '../formats.ts'

/** The screen that opens a session, the scanner and the list of sessions. */
export const pairing = ({ clock, number, plural, either }: Formats) => ({
  title: 'See it live',
  intro: 'The host’s screen shows a square code, with six letters and digits beside it.',
  /** On an iPhone, in the app that was just added to the Home Screen. */
  introInstalled:
    'This app keeps its own list of sessions, apart from Safari’s. Scan the code once more to add the first one.',
  scan: 'Scan the code',
  usePhoto: 'Use a photo of it',
  takePhoto: 'Take a photo of the code',
  codeLabel: 'Code, 6 characters',
  addressLabel: 'Address or link',
  addressExample: '192.168.1.20',
  useAddress: 'Use an address or a link instead',
  useCode: 'Type a code instead',
  connect: 'Connect',
  looking: 'Looking for the relay…',
  empty: 'Type the code that the host shows. It has six letters and digits.',
  emptyAddress: 'Type the address of the relay, or paste the host’s link.',
  wrongLength: (count: number, needed: number) =>
    plural(count, {
      one: `This code has # character; it needs ${number(needed)}.`,
      other: `This code has # characters; it needs ${number(needed)}.`,
    }),
  /** @param meant a character that looks like it and that codes have */
  strange: (character: string, meant?: string) =>
    meant === undefined
      ? `${character} is not used in codes.`
      : `${character} is not used in codes: did you mean ${meant}?`,
  /** @param digit that the letter was read as */
  replaced: (letter: string, digit: string) =>
    `${letter} is not used in codes, so it was read as ${digit}.`,
  /** @param relay its host name and port */
  wrongCode: (relay: string) =>
    `That code is wrong or has expired. Type the one that the host shows now. This page checks codes with the relay at ${relay}.`,
  tooManyCodes: 'Too many wrong codes.',
  tryAgainIn: (seconds: number) =>
    plural(seconds, { one: 'Try again in # second.', other: 'Try again in # seconds.' }),
  tryAgainNow: 'You can try again now.',
  noRelay: (relay: string) =>
    `The relay at ${relay} does not answer. Is this device on the same Wi-Fi as the host?`,
  noAnswer: (places: string[]) =>
    `Nothing answers at ${either(places)}. Check that the address is the one on the host’s screen, that the relay is running, and that this device is on the same Wi-Fi.`,
  /** The page came over https, and the relay may have none. */
  noHttps: (address: string) => `Open ${address} without https`,
  needsCode:
    'The relay is there, but it asks for a code. Type the six characters on the host’s screen, or scan the code.',
  needsCodeThere: (relay: string) =>
    `A relay answers at ${relay}, but it asks for a code. Scan the code on the host’s screen, or open the relay’s own page and type the code there.`,
  openPage: (relay: string) => `Open ${relay}`,
  tryAgain: 'Try again',
  changeAddress: 'Change address',
  typeCode: 'Type a code',
  noLink:
    'That is not a link from a host. It looks like http://192.168.1.20:9876/#k=… – a short code has six letters and digits.',
  otherPath:
    'The path of this address leads to no session. Use the host’s link, or type only the host name and the port.',
  otherCode: 'This QR code is not a vue-sync code. Use the one on the host’s screen.',
  otherWifi: 'This QR code is for a Wi-Fi network; it is not a vue-sync code.',
  leadsElsewhere: (host: string) => `This QR code leads to ${host}; it is not a vue-sync code.`,
  setUpCode:
    'This QR code is the one that prepares a new phone. Scan the other one, which opens the session.',
  noReader:
    'The reader could not be loaded because the relay does not answer. Try again, or paste the link.',
  badPhoto: 'That picture could not be read. Take another, or use the short code.',
  noCodeInPhoto: 'No code found in that picture. Get closer, and keep it straight.',
  finder: 'What the camera sees',
  allowCamera: 'Allow the camera when you are asked.',
  pointAtCode: 'Point it at the square code on the host’s screen.',
  camera: {
    denied:
      'The camera is not allowed here. Use a photo of the code, or type it. To scan, allow the camera in the settings of your browser for this page.',
    missing: 'This device has no camera. Use a photo of the code, or type it.',
    busy: 'Another app is using the camera. Close that app and try again, use a photo of the code, or type it.',
    failed: 'The camera does not work here. Use a photo of the code, or type it.',
  } as Partial<Record<string, string>>,
  lightOn: 'Turn the light on',
  lightOff: 'Turn the light off',
  cancel: 'Cancel',
  recent: 'Recent',
  lastSeen: (address: string, time: number, now: number) =>
    `${address} · last seen ${clock(time, now)}`,
  /** Why a session in the list no longer opens, by the code of its last error. */
  ended: {
    VS102: (address: string) => `${address} · needs a new code`,
    VS104: (address: string) => `${address} · the session is over`,
    VS110: (address: string) => `${address} · needs a new code`,
    VS112: (address: string) => `${address} · the link has ended`,
    VS116: (address: string) => `${address} · needs a new code`,
  } as Partial<Record<string, (address: string) => string>>,
  forgetName: (name: string) => `Forget ${name}`,
  forgotten: (name: string) => `“${name}” was deleted from this device.`,
  undo: 'Undo',
})
