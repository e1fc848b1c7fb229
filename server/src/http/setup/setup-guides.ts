import { type Html, html } from './html.ts'

export const DEVICES = ['ios', 'android', 'mac', 'windows', 'linux', 'firefox'] as const
export type Device = (typeof DEVICES)[number]

export interface Guide {
  title: string
  steps: Html[]
  /** The step that people forget most often. */
  hint: string
  /** How to remove the certificate again. */
  removal: Html
}

/** The kind of device, from its user agent. An iPad claims to be a Mac, which the page's script corrects. */
export function guessDevice(userAgent: string): Device {
  if (/iPhone|iPad|iPod/.test(userAgent)) return 'ios'
  if (/Android/.test(userAgent)) return 'android'
  if (/Firefox/.test(userAgent)) return 'firefox'
  if (/Windows/.test(userAgent)) return 'windows'
  return /Macintosh|Mac OS X/.test(userAgent) ? 'mac' : 'linux'
}

/** iPhones install certificates only from Safari. */
export function isForeignOnIos(userAgent: string): boolean {
  return (
    guessDevice(userAgent) === 'ios' &&
    /CriOS|FxiOS|EdgiOS|GSA\/|FBAN|FBAV|Instagram/.test(userAgent)
  )
}

/** A row of a settings page with the value to set. */
function row(label: string, alt: string, control: Html): Html {
  return html`<svg class="row" viewBox="0 0 320 56" role="img" aria-label="${alt}">
    <rect x="1" y="1" width="318" height="54" rx="12" />
    <text x="16" y="34">${label}</text>
    ${control}
  </svg>`
}

const SWITCH = html`<rect class="on" x="256" y="13" width="50" height="30" rx="15" /><circle
    class="knob"
    cx="291"
    cy="28"
    r="12.5"
  />`
const TICK = html`<rect class="on" x="278" y="16" width="24" height="24" rx="6" /><path
    class="mark"
    d="m284 28 5 5 9-10"
  />`
const FILE = html`<path class="sheet" d="M284 12h12l8 8v24h-20z" /><path
    class="sheet"
    d="M296 12v8h8"
  />`

const short = (text: string): string => (text.length > 26 ? `${text.slice(0, 25)}…` : text)

/** An example in the form in which a device shows fingerprints. */
const shape = (example: string): Html =>
  html`It looks like <code>${example}</code>, and the terminal has colons between the same pairs.`

/** The steps for each kind of device, in the words of its own menus. */
export function makeGuides(authority: string): Record<Device, Guide> {
  const get = html`Choose <b>Get the certificate</b> above.`
  const back = html`Come back to this page and choose <b>Done, open the viewer</b>.`
  const file = html`<b>vue-sync-ca.crt</b>`
  const name = html`<b>${authority}</b>`
  const sha256 = html`Compare its <b>SHA-256</b> fingerprint with the one in the relay’s terminal.`
  const spaced = shape('4F 0A C2 …')
  const colons = html`Both show pairs with colons: <code>4F:0A:C2:…</code>`
  const stop = html`If they differ, <b>stop</b>: someone has replaced the certificate.`
  return {
    ios: {
      title: 'iPhone and iPad',
      hint: 'People most often forget the switch under Certificate Trust Settings.',
      removal: html`Open <b>Settings › General › VPN &amp; Device Management › ${authority}</b> and
        tap <b>Remove Profile</b>.`,
      steps: [
        html`${get} Safari asks about a profile: tap <b>Allow</b>.`,
        html`Open <b>Settings</b> and tap <b>Profile Downloaded</b>, near the top. Tap
          <b>More Details</b> and the certificate. ${sha256} ${spaced} ${stop}`,
        html`Go back, tap <b>Install</b>, enter your passcode, and tap <b>Install</b> again.`,
        html`Still in <b>Settings</b>, go to <b>General › About › Certificate Trust Settings</b>, at
          the very bottom. Switch this on:
          ${row(short(authority), `A switch beside ${authority}, turned on`, SWITCH)}`,
        html`${back} If you then add the viewer to the Home Screen, open it there and scan the code
        once more: the app does not share its sessions with Safari.`,
      ],
    },
    android: {
      title: 'Android',
      hint: 'It must be installed as a CA certificate, not as a VPN or Wi-Fi certificate.',
      removal: html`Open <b>Encryption &amp; credentials › User credentials</b>, tap ${name}, and
        tap <b>Remove</b>.`,
      steps: [
        html`${get} If your phone asks, tap <b>Download anyway</b>.`,
        html`Open
          <b
            >Settings › Security &amp; privacy › More security &amp; privacy › Encryption &amp;
            credentials › Install a certificate › CA certificate</b
          >. The names differ a little: you can also search Settings for <b>CA certificate</b>.`,
        html`Tap <b>Install anyway</b> and enter your PIN. (If the phone has no screen lock, set one
          first.)`,
        html`Choose the file in <b>Downloads</b>:
          ${row('vue-sync-ca.crt', 'The file vue-sync-ca.crt', FILE)}`,
        html`Android shows the fingerprint only now: under <b>Encryption &amp; credentials</b>, open
          <b>Trusted credentials › User</b> and tap ${name}. ${sha256} ${colons} If they differ, tap
          <b>Uninstall</b> at once: someone has replaced the certificate.`,
        back,
      ],
    },
    mac: {
      title: 'Mac',
      hint: 'Check that the certificate says Always Trust in Keychain Access, then reload this page.',
      removal: html`In <b>Keychain Access › login › Certificates</b>, select ${name} and press
        <b>Delete</b>.`,
      steps: [
        get,
        html`Open ${file} in <b>Downloads</b>. <b>Keychain Access</b> asks where to add it: choose
          <b>login</b>, then <b>Add</b>.`,
        html`In Keychain Access, under <b>Certificates</b>, double-click ${name}. ${sha256} It is at
          the very bottom. ${spaced} ${stop}`,
        html`Open <b>Trust</b> and set <b>When using this certificate</b>:
          ${row('Always Trust', 'Always Trust is chosen', TICK)}`,
        html`Close that window and enter your password.`,
        back,
      ],
    },
    windows: {
      title: 'Windows',
      hint: 'The certificate must be in Trusted Root Certification Authorities. Some browsers need a restart.',
      removal: html`Run <b>certmgr.msc</b>, open
        <b>Trusted Root Certification Authorities › Certificates</b>, and delete ${name}.`,
      steps: [
        html`${get} Then open ${file}.`,
        html`Open <b>Details</b> and compare the <b>Thumbprint</b> with the <b>SHA-1</b> fingerprint
          in the relay’s terminal. Windows shows it without colons and in small letters:
          <code>4f0ac2…</code> ${stop}`,
        html`Go back to <b>General</b> and choose <b>Install Certificate…</b>, <b>Current User</b>,
          <b>Next</b>.`,
        html`Choose <b>Place all certificates in the following store</b>, then <b>Browse…</b>:
          ${row('Trusted Root Certification…', 'The folder Trusted Root Certification Authorities is chosen', TICK)}`,
        html`Choose <b>OK</b>, <b>Next</b>, <b>Finish</b>, and answer the question with
          <b>Yes</b>.`,
        back,
      ],
    },
    linux: {
      title: 'Linux with Chrome',
      hint: 'Restart the browser if it does not notice the certificate.',
      removal: html`In Chrome, open
        <b>Settings › Privacy and security › Security › Manage certificates</b> and delete ${name}.`,
      steps: [
        get,
        html`In a terminal, run
          <code
            >openssl x509 -inform der -in ~/Downloads/vue-sync-ca.crt -noout -fingerprint
            -sha256</code
          >
          and compare what it prints with the <b>SHA-256</b> fingerprint in the relay’s terminal.
          ${stop}`,
        html`In Chrome, open
          <b>Settings › Privacy and security › Security › Manage certificates</b>.`,
        html`Choose <b>Custom › Installed by you</b>, and <b>Import</b> beside
          <b>Trusted certificates</b>. (In older ones: <b>Authorities › Import</b>.)`,
        html`Choose ${file}. If Chrome asks, tick this:
        ${row('Trust for identifying websites', 'The box is ticked', TICK)}`,
        back,
      ],
    },
    firefox: {
      title: 'Firefox, on any computer',
      hint: 'Firefox has its own list of certificates. It may not use the system’s.',
      removal: html`Open
        <b>Settings › Privacy &amp; Security › Certificates › View Certificates… › Authorities</b>,
        select ${name}, and choose <b>Delete or Distrust…</b>`,
      steps: [
        get,
        html`Open
          <b
            >Settings › Privacy &amp; Security › Certificates › View Certificates… › Authorities ›
            Import…</b
          >`,
        html`Choose ${file}, then <b>View</b>. ${sha256} ${colons} ${stop}`,
        html`Go back to the question and tick this:
        ${row('Trust to identify websites', 'The box is ticked', TICK)}`,
        back,
      ],
    },
  }
}
