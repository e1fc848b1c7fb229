import type { Formats } from '../formats.ts'
import type { Texts } from '../language.ts'

const UNREADABLE = [
  'Dieser Viewer kann nicht lesen, was der Host sendet',
  'Lade diese Seite neu oder öffne den Viewer, den die App selbst anbietet.',
] as const

export const session = ({ number, elapsed, clock }: Formats): Texts['session'] => ({
  live: 'Live',
  connecting: 'Verbinden …',
  asOf: (text, time, now) => `${text} · Stand ${clock(time, now)}`,
  reconnectingIn: (seconds) =>
    `Neuer Versuch in ${number(seconds, { style: 'unit', unit: 'second' })}`,
  reconnecting: 'Neu verbinden …',
  reconnectingAnnounced: 'Verbindung wird neu aufgebaut',
  noNetwork: 'Kein Netz',
  disconnected: 'Getrennt',
  disconnectedAdvice: 'Es kommt nichts an, bis du dich wieder verbindest.',
  waitingForHost: 'Wartet auf den Host',
  hostOffline: 'Host offline',
  hostOfflineJustNow: 'Host offline, letzte Aktualisierung gerade eben',
  hostOfflineSince: (time) => `Host offline, letzte Aktualisierung ${elapsed(time)}`,
  receiving: (received, total) => `Empfängt ${received} von ${total}`,
  receivingOfflineHost: (received, total) => `Empfängt ${received} von ${total} · Host offline`,
  receivingAnnounced: 'Empfängt Daten',
  receivingOfflineHostAnnounced: 'Empfängt Daten · Host offline',
  notUpToDate: 'Nicht aktuell',
  notUpToDateAdvice:
    'Der Host hat etwas gesendet, das dieser Viewer nicht anzeigen kann. Der nächste vollständige Zustand behebt das.',
  behind: 'Der Host hat neuere Änderungen',
  behindAdvice:
    'Sie sind noch nicht angekommen. Diese Seite zeigt sie, sobald der Host sie senden kann.',
  stoppedBecause: (heading) => `Angehalten: ${heading}`,
  stoppedText: 'Angehalten',
  ended: ['Die Verbindung ist beendet', 'Scanne den Code auf dem Host noch einmal.'],
  stopped: {
    VS102: ['Der Schlüssel wurde abgelehnt', 'Scanne den Code auf dem Host noch einmal.'],
    VS103: ['Ein anderer Host hat übernommen', 'Scanne den Code auf dem neuen Host.'],
    VS104: [
      'Die Sitzung ist zu Ende',
      'Der Host hat sie beendet. Wenn er eine neue beginnt, scanne den Code auf seinem Bildschirm.',
    ],
    VS105: [
      'Die Versionen passen nicht zusammen',
      'Relay und Viewer haben verschiedene Versionen. Lade neu, um den Viewer des Relays zu bekommen. Hilft das nicht, aktualisiere das Relay.',
    ],
    VS108: UNREADABLE,
    VS109: [
      'Das Relay lässt diese Seite nicht zu',
      'Bitte den Betreiber des Relays, diese Seite mit --allow-origin zuzulassen, und versuche es dann noch einmal.',
    ],
    VS110: [
      'Diese Sitzung ist verschlüsselt, und der Link öffnet sie nicht',
      'Scanne den Code auf dem Host noch einmal. Ein Kurzcode kann sie nicht öffnen.',
    ],
    VS111: [
      'Diese Sitzung ist verschlüsselt und braucht HTTPS',
      'Diese Seite kam ohne HTTPS. Die Anleitung sagt, wie dieses Gerät HTTPS bekommt. Scanne danach den Code auf dem Host noch einmal.',
    ],
    VS112: ['Dieser Link gilt nicht mehr', 'Frag beim Host nach einem neuen Code.'],
    VS115: [
      'Dieser Link ist nicht sicher',
      'Er hat einen Schlüssel zum Entschlüsseln, aber kein HTTPS. Bitte darum, dass das Relay mit HTTPS gestartet wird. Scanne dann den Code auf dem Host noch einmal.',
    ],
    VS116: [
      'Das kommt nicht vom Host',
      'Jemand anderes mit dem Link hat es gesendet, oder der Link ist alt. Scanne den Code auf dem Host noch einmal.',
    ],
    VS118: [
      'Diese App kann den Link nicht öffnen',
      'Der Link hat kein HTTPS, diese App wurde aber über HTTPS geladen. Öffne den Link im Browser. Dort hat das Relay einen eigenen Viewer.',
    ],
    VS121: [
      'Unter dieser Adresse gibt es keine Sitzung',
      'Scanne den Code auf dem Host noch einmal. Wenn du die Adresse eingetippt hast, prüfe den Hostnamen und alles danach.',
    ],
    VS123: UNREADABLE,
    VS125: UNREADABLE,
  },
  needsKey: [
    'Diese Sitzung braucht einen Code',
    'Die Adresse allein öffnet sie nicht. Scanne den Code auf dem Host, oder tippe den Code daneben ein.',
  ],
  refusedBy: (host) => [
    `${host} lässt diese Seite nicht zu`,
    `Bitte den Betreiber von ${host}, diese Seite mit --allow-origin zuzulassen, und versuche es dann noch einmal. Die App öffnet die Seite des Relays nicht für dich, denn sie könnte den Schlüssel lesen.`,
  ],
  failing: {
    VS119: [
      'Der Browser blockiert diese Seite vielleicht',
      'Das Relay ist in deinem Netz, und diese Seite kommt aus dem Internet. Tippe auf das Symbol neben der Adresse, erlaube den Zugriff auf das lokale Netzwerk, und versuche es noch einmal.',
    ],
    VS120: [
      'Unter dieser Adresse antwortet nichts',
      'Prüfe, ob dieses Gerät im selben Netz ist wie der Host, zum Beispiel im selben WLAN, und ob der Host noch teilt. Wenn du die Adresse eingetippt hast, prüfe sie.',
    ],
    VS126: [
      'Das Relay ist voll',
      'Es hat eine seiner Grenzen erreicht, zum Beispiel zu viele Viewer. Lass diese Seite offen: Sie verbindet sich, sobald Platz ist.',
    ],
  },
  blocked: [
    'Der Browser blockiert diese Seite',
    'Das Relay ist in deinem Netz, und diese Seite kommt ohne HTTPS aus dem Internet. Öffne stattdessen den Link: Das Relay hat einen eigenen Viewer.',
  ],
  encryptedWithoutHttps: (host) => [
    'Das Relay antwortet nicht über HTTPS',
    `Diese Sitzung ist verschlüsselt und braucht HTTPS. Bitte darum, dass das Relay auf ${host} mit HTTPS gestartet wird. Scanne dann den Code auf dem Host noch einmal.`,
  ],
  next: {
    scan: 'Noch einmal scannen',
    code: 'Code eintippen',
    address: 'Adresse ändern',
    others: 'Anderen Code verwenden',
    open: 'Link öffnen',
    retry: 'Noch einmal versuchen',
    connect: 'Wieder verbinden',
    reload: 'Neu laden',
    guide: 'So bekommst du HTTPS',
  },
  received: 'Empfangen',
  waiting: 'Wartet auf den ersten Zustand',
  wait: {
    connecting: (relay) => [
      `Verbindet mit ${relay}`,
      'Es dauert länger als sonst. Prüfe, ob dieses Gerät im selben WLAN ist wie der Host.',
    ],
    noNetwork: [
      'Dieses Gerät hat kein Netz',
      'Der Viewer verbindet sich von selbst, sobald es eines gibt.',
    ],
    receiving: ['Der Zustand wird empfangen', 'Er ist groß, deshalb dauert es einen Moment.'],
    hostOffline: [
      'Der Host ist offline',
      'Das Relay ist erreichbar, der Host aber nicht. Sobald der Host etwas teilt, erscheint es hier.',
    ],
    nothingShared: [
      'Wartet auf den Host',
      'Das Relay ist erreichbar. Sobald der Host etwas teilt, erscheint es hier.',
    ],
    unreadable: [
      'Der Host hat etwas gesendet, das dieser Viewer nicht anzeigen kann',
      'Es erscheint hier, sobald der Host es behoben hat.',
    ],
  },
  sceneEmpty: (name: string) => `${name}: noch keine Daten`,
  scene: (name: string, title: string, from: string, to: string, low: string, high: string) =>
    `${name}: ${title}, von ${from} bis ${to}, mit Werten zwischen ${low} und ${high}`,
  plainHttp: 'Nicht sicher: kein Installieren, Offline-Betrieb oder Scannen.',
  howToFix: 'So geht es',
  untrusted: 'Zertifikat nicht vertrauenswürdig: kein Installieren oder Offline-Betrieb.',
  trustIt: 'Vertrauen',
  limitations: 'Was unter dieser Adresse nicht geht',
  hide: 'Ausblenden',
  partMissing: 'Dieser Teil der App konnte nicht geladen werden. Prüfe das Netz.',
})
