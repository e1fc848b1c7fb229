import { sessionPath } from '@vue-sync/vue/protocol'
import { type Html, html, raw } from './html.ts'
import type { Authority } from '../../tls/local-ca.ts'
import { type Device, DEVICES, guessDevice, isForeignOnIos, makeGuides } from './setup-guides.ts'
import { KEEP_SCRIPT, SETUP_SCRIPT } from './setup-script.ts'
import { SETUP_STYLE } from './setup-style.ts'

interface PageOptions {
  /** Lets the Content-Security-Policy allow this page's own style and script only. */
  nonce: string
  /** The relative URL of the base path. */
  home: string
}

export interface GuideOptions extends PageOptions {
  authority: Pick<Authority, 'name'>
  hostname: string
  userAgent: string
  /** The https address of this relay, with its base path. */
  relay: string
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
  const { authority, hostname, userAgent, relay, session, auto, nonce, home } = options
  const link = relay + sessionPath(session)
  const guides = makeGuides(authority.name)
  const own = guessDevice(userAgent)
  const guide = (device: Device): Html => {
    const { title, steps, hint, removal } = guides[device]
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
      <p class="quiet removal"><b>To remove it later:</b> ${removal}</p>
    </details>`
  }
  const script = html`<script
    nonce="${nonce}"
    data-probe="${relay}/trusted"
    data-open="${link}"
    ${raw(auto ? ' data-auto' : '')}
  >
    ${raw(SETUP_SCRIPT)}
  </script>`
  const foreign = html`<p class="note">
    This is not Safari. iPhones and iPads install certificates from <b>Safari</b> only. Scan the
    code again, or copy the address and open it in Safari.
  </p>`
  return page(
    'Get this device ready',
    options,
    script,
    html`<p class="wait" role="status">Opening…</p>
      <main>
        <h1>Get this device ready</h1>
        <section class="look">
          <h2>Only want to look?</h2>
          <p class="quiet">
            Open the viewer now. Your browser will warn you: choose <b>Advanced</b> or
            <b>Show details</b>, then <b>Proceed</b> or <b>visit this website</b>. You cannot
            install the viewer or use it offline that way.
          </p>
          <a class="button" data-keep href="${link}">Open it anyway</a>
        </section>
        <h2>Install it, use it offline, scan codes</h2>
        <p>
          For these, this device must trust the relay on <b>${hostname}</b>. You do this once, and
          it takes about a minute. Keep the relay’s terminal at hand. It shows the fingerprint to
          compare and the code to scan afterwards.
        </p>
        ${isForeignOnIos(userAgent) ? foreign : []}
        <div class="actions">
          <a class="button main" href="${home}ca.crt">Get the certificate</a>
        </div>
        ${guide(own)}
        <div class="actions">
          <a class="button" id="open" data-keep href="${link}">Done, open the viewer</a>
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
            The relay on <b>${hostname}</b> made it. With it, this device can check that it talks to
            that relay and that nobody listens in. It works only for addresses in private networks,
            such as your Wi-Fi, and for no site on the internet.
          </p>
          <h2>Why compare the fingerprint?</h2>
          <p class="quiet">
            This page and the certificate came over plain http. Someone on the same network could
            have replaced both, so nothing on this page proves that the certificate is the right
            one. The relay’s terminal shows the right fingerprint.
          </p>
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
    <a class="button main" data-keep href="${options.home}">Open the viewer</a>
  </div>`
  if (options.secure)
    return page(
      'Nothing to set up',
      options,
      script,
      html`<main>
        <h1>Nothing to set up</h1>
        <p>This device already has a secure connection to the relay.</p>
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
        The viewer shows live state here. But browsers allow some features on secure connections
        only, so on this device
      </p>
      <ul>
        <li>the viewer cannot be installed as an app,</li>
        <li>it does not open offline,</li>
        <li>it cannot scan a code with the camera,</li>
        <li>anyone on the same network can listen in.</li>
      </ul>
      <p>The operator of the relay can start it with https:</p>
      <pre>npx @vue-sync/server --https</pre>
      <p>Then this page shows each device what to do, once.</p>
      ${open}
    </main>`,
  )
}
