/**
 * partysocket is bundled without its debug log, its console hints and the members that nobody here
 * reads: 0.9 of its 2.7 KiB. Each cut must be found, so another version cannot slip through.
 */
const CUTS: [what: string, pattern: RegExp][] = [
  ['hint: no EventTarget', /^if \(!globalThis\.EventTarget[\s\S]*?`\);\n/m],
  [
    'hint: no WebSocket',
    /if \(\s*!this\._options\.WebSocket &&[\s\S]*?didWarnAboutMissingWebSocket = true;\n\s*\}/,
  ],
  [
    'hint: send after close',
    /if \(this\._closeCalled && !this\._didWarnAboutClosedSend\) \{[\s\S]*?\n {4}\}/,
  ],
  ['debug calls', /this\._debug\((?:[^()]|\([^()]*\))*\);/g],
  ['debug method', / {2}_debug\(\.\.\.args\) \{[\s\S]*?\n {2}\}\n/],
  ['debug logger', / {2}_debugLogger = .*\n/],
  [
    'getters',
    / {2}get (?:bufferedAmount|extensions|protocol|url|shouldReconnect|retryCount)\(\) \{[\s\S]*?\n {2}\}\n/g,
  ],
  ['queue', / {2}drainQueuedMessages\(\) \{[\s\S]*?\n {2}\}\n/],
  ['debug option', /if \(this\._options\.debugLogger\)[\s\S]*?;\n/],
]

export function trimPartysocket(): {
  name: string
  transform: (code: string, id: string) => string | undefined
} {
  return {
    name: 'trim-partysocket',
    transform(code, id) {
      if (!id.endsWith('partysocket/dist/ws.js')) return undefined
      return CUTS.reduce((rest, [what, pattern]) => {
        const cut = rest.replace(pattern, '')
        if (cut === rest) throw new Error(`partysocket has changed: ${what} not found`)
        return cut
      }, code)
    },
  }
}
