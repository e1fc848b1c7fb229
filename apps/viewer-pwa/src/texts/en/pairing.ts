import type { Formats } from '../formats.ts'

/** The screen that opens a session, the scanner and the list of sessions. */
export const pairing = ({ clock }: Formats) => ({
  title: 'See it live',
  intro: 'The host’s screen shows a square code, with six letters and digits beside it.',
  scan: 'Scan the code',
  usePhoto: 'Use a photo of it',
  takePhoto: 'Take a photo of the code',
  typeOrPaste: 'Or type the short code, or paste the link',
  codeExample: 'K7Q 4MX',
  connect: 'Connect',
  empty: 'Type the short code that the host shows, or paste its link.',
  wrongCode: 'That code is wrong or has expired. Type the one that the host shows now.',
  tooManyCodes: 'Too many wrong codes. Wait a minute, then type the one that the host shows now.',
  noRelay: 'The relay does not answer. Is this phone on the same Wi-Fi as the host?',
  noLink:
    'That is not a link from a host. It looks like http://192.168.1.20:9876/#k=… – a short code has six letters and digits.',
  otherPath:
    'No session can be at the path of this address. Use the host’s link, or leave out everything after host name and port.',
  otherCode: 'That is another code. Use the square one on the host’s screen.',
  noReader:
    'The reader could not be loaded because the relay does not answer. Try again, or paste the link.',
  badPhoto: 'That picture could not be read. Take another, or use the short code.',
  noCodeInPhoto: 'No code found in that picture. Get closer, and keep it straight.',
  finder: 'What the camera sees',
  allowCamera: 'Allow the camera when you are asked.',
  pointAtCode: 'Point it at the square code on the host’s screen.',
  camera: {
    denied:
      'The camera is not allowed here. Allow it in the settings of your browser for this page, or close this and use a photo, the short code or the link.',
    missing: 'This device has no camera. Close this and use a photo, the short code or the link.',
    busy: 'Another app is using the camera. Close that one and try again, or use the short code.',
    failed:
      'The camera does not work here. Close this and use a photo, the short code or the link.',
  } as Partial<Record<string, string>>,
  cancel: 'Cancel',
  otherWays: 'Other ways to connect',
  recent: 'Recent',
  lastSeen: (address: string, time: number, now: number) =>
    `${address} · last seen ${clock(time, now)}`,
  forget: 'Forget',
  forgetName: (name: string) => `Forget ${name}`,
  askForget: (name: string) => `Forget “${name}”?`,
  keep: 'Keep',
})
