import { sessionPath } from '@vue-sync/vue/protocol'
import { type Html, html, raw } from './html.ts'
import type { Authority } from '../../tls/local-ca.ts'
import { type Device, DEVICES, guessDevice, isForeignOnIos, makeGuides } from './setup-guides.ts'
import { KEEP_SCRIPT, SETUP_SCRIPT } from './setup-script.ts'
import { SETUP_STYLE } from './setup-style.ts'

interface PageOptions {
  /** Lets the Content-Security-Policy allow this page's own style and script only. */
  nonce: string
}

export interface GuideOptions extends PageOptions {
  authority: Pick<Authority, 'name'>
  hostname: string
  userAgent: string
  /** The https origin of this relay. */
  origin: string
  session: string
  /** Whether the page opens the viewer by itself once the certificate is trusted. */
  auto: boolean
}

export interface PlainOptions extends PageOptions {
  /** Whether the page was requested over TLS. */
  secure: boolean
}

export function pagePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    'connect-src https:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

function page(title: string, { nonce }: PageOptions, script: Html, body: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <style nonce="${nonce}">
          ${raw(SETUP_STYLE)}
        </style>
        ${script}
      </head>
      <body>
        ${body}
      </body>
    </html> `.markup
}

/** Explains how a device can trust this machine's CA. */
export function guidePage(options: GuideOptions): string {
  const { authority, hostname, userAgent, origin, session, auto, nonce } = options
  const link = origin + sessionPath(session)
  const guides = makeGuides(authority.name)
  const own = guessDevice(userAgent)
  const guide = (device: Device): Html => {
    const { title, steps, hint } = guides[device]
    const list = steps.map((step) => html`<li>${step}</li>`)
    return html`<details
      class="guide"
      data-device="${device}"
      data-hint="${hint}"
      ${raw(device === own ? ' open' : '')}
    >
      <summary><h2>${title}</h2></summary>
      <ol>
        ${list}
      </ol>
    </details>`
  }
  const script = html`<script
    nonce="${nonce}"
    data-probe="${origin}/trusted"
    data-open="${link}"
    ${raw(auto ? ' data-auto' : '')}
  >
    ${raw(SETUP_SCRIPT)}
  </script>`
  const foreign = html`<p class="note">
    This is not Safari. iPhones and iPads take certificates from <b>Safari</b> only: open this page
    there, by scanning the code again or by copying the address.
  </p>`
  return page(
    'Get this device ready',
    options,
    script,
    html`<p class="wait" role="status">Opening…</p>
      <main>
        <h1>Get this device ready</h1>
        <p>
          To install the viewer, to use it without a connection and to scan codes, this device must
          trust the relay on <b>${hostname}</b>. That takes a minute, once. You need the terminal of
          the relay at hand: it shows the fingerprint to compare, and the code to scan afterwards.
        </p>
        ${isForeignOnIos(userAgent) ? foreign : []}
        <div class="actions"><a class="button main" href="/ca.crt">Get the certificate</a></div>
        ${guide(own)}
        <div class="actions">
          <a class="button" id="open" data-keep href="${link}">I have done it: open</a>
          <p class="said" id="said" role="status"></p>
          <p class="quiet">
            The viewer then asks for a code: scan the <b>second</b> code that the host or the
            terminal shows, or type the short code beside it.
          </p>
        </div>
        <p class="others">Another device?</p>
        ${DEVICES.filter((device) => device !== own).map(guide)}
        <section class="about">
          <h2>What is this certificate?</h2>
          <p class="quiet">
            The relay on <b>${hostname}</b> made it, so that this device can be sure to talk to that
            relay and nobody listens in. It counts only for addresses in private networks like your
            Wi-Fi: for no site on the internet.
          </p>
          <h2>Why compare the fingerprint?</h2>
          <p class="quiet">
            This page and the certificate came over plain http. Someone on the same network could
            have replaced both, so nothing on this page proves that the certificate is the right
            one. The relay’s own terminal does.
          </p>
          <h2>Only want to look?</h2>
          <p class="quiet">
            Your browser will warn you: choose <b>Advanced</b> or <b>Show details</b>, then
            <b>Proceed</b> or <b>visit this website</b>. Installing and offline use do not work that
            way.
          </p>
          <a class="button" data-keep href="${link}">Open it anyway</a>
        </section>
      </main>`,
  )
}

/** For a relay without a local CA: explains what plain http costs, and how the operator can change that. */
export function plainPage(options: PlainOptions): string {
  const script = html`<script nonce="${options.nonce}">
    ${raw(KEEP_SCRIPT)}
  </script>`
  const open = html`<div class="actions">
    <a class="button main" data-keep href="/">Open the viewer</a>
  </div>`
  if (options.secure)
    return page(
      'Nothing to set up',
      options,
      script,
      html`<main>
        <h1>Nothing to set up</h1>
        <p>This device reaches the relay over a secure connection already.</p>
        ${open}
      </main>`,
    )
  return page(
    'This relay runs on plain http',
    options,
    script,
    html`<main>
      <h1>This relay runs on plain http</h1>
      <p>
        Everything that is shown arrives. But browsers keep some things for secure connections, so
        on this device
      </p>
      <ul>
        <li>the viewer cannot be installed as an app,</li>
        <li>it does not open without a connection,</li>
        <li>it cannot scan a code with the camera,</li>
        <li>and anyone on the same network could listen in.</li>
      </ul>
      <p>Whoever runs the relay can start it with https:</p>
      <pre>npx @vue-sync/server --https</pre>
      <p>Then this page tells each device what to do, once.</p>
      ${open}
    </main>`,
  )
}
