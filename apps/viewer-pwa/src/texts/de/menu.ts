import type { Texts } from '../language.ts'

export const menu = (): Texts['menu'] => ({
  noSession: 'Keine Sitzung',
  host: 'Host',
  hostUnknown: 'nicht bekannt',
  hostConnected: 'verbunden',
  hostAway: 'offline',
  lastUpdate: 'Letzte Aktualisierung',
  nothingYet: 'noch keine',
  connection: 'Verbindung',
  overHttp: 'über HTTP, weil WebSockets hier nicht funktionieren',
  viewer: 'Viewer',
  language: 'Sprache',
  deviceLanguage: 'Wie auf diesem Gerät',
  languageFailed:
    'Diese Sprache konnte nicht geladen werden. Prüfe das Netz und wähle sie noch einmal.',
  addToHome: 'Zum Home-Bildschirm',
  addByHand: (share, add) =>
    `Tippe auf „${share}“, dann auf „${add}“. Öffne die App dort, und scanne den Code darin noch einmal: Sie hat eine eigene Liste von Sitzungen.`,
  share: 'Teilen',
  keepScreenOn: 'Bildschirm anlassen',
  fullScreen: 'Vollbild',
  leaveFullScreen: 'Vollbild beenden',
  fullScreenSideways: 'Vollbild im Querformat',
  kiosk: 'Alle Bedienelemente ausblenden',
  kioskHint:
    'Für einen Bildschirm an der Wand. Escape oder langes Drücken öffnet dieses Menü wieder.',
  kioskStart: 'Escape oder langes Drücken zeigt die Bedienelemente.',
  leaveKiosk: 'Bedienelemente zeigen',
  connectAgain: 'Wieder verbinden',
  disconnect: 'Trennen',
  otherSessions: 'Andere Sitzungen',
  forgetSession: 'Diese Sitzung vergessen',
  close: 'Schließen',
  installOffer: 'Füge die App zum Home-Bildschirm hinzu. Sie öffnet sich auch ohne Netz.',
  install: 'Installieren',
  notNow: 'Nicht jetzt',
  updateReady:
    'Eine neue Version ist bereit. Aktualisiere jetzt, oder es geschieht, wenn du die App schließt.',
  update: 'Aktualisieren',
  later: 'Später',
})
