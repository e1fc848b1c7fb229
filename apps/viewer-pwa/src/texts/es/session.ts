import type { Formats } from '../formats.ts'
import type { Texts } from '../language.ts'

const UNREADABLE = [
  'Este visor no puede leer lo que envía el anfitrión',
  'Recarga esta página o abre el visor que ofrece la propia aplicación.',
] as const

export const session = ({ number, elapsed, clock }: Formats): Texts['session'] => ({
  live: 'En vivo',
  connecting: 'Conectando…',
  asOf: (text, time, now) => `${text} · último estado: ${clock(time, now)}`,
  reconnectingIn: (seconds) =>
    `Nuevo intento en ${number(seconds, { style: 'unit', unit: 'second' })}`,
  reconnecting: 'Volviendo a conectar…',
  reconnectingAnnounced: 'Volviendo a conectar',
  noNetwork: 'Sin red',
  disconnected: 'Desconectado',
  disconnectedAdvice: 'No llega nada hasta que te conectes de nuevo.',
  waitingForHost: 'Esperando al anfitrión',
  hostOffline: 'Anfitrión sin conexión',
  hostOfflineJustNow: 'Anfitrión sin conexión, última actualización ahora mismo',
  hostOfflineSince: (time) => `Anfitrión sin conexión, última actualización ${elapsed(time)}`,
  receiving: (received, total) => `Recibiendo ${received} de ${total}`,
  receivingOfflineHost: (received, total) =>
    `Recibiendo ${received} de ${total} · anfitrión sin conexión`,
  receivingAnnounced: 'Recibiendo',
  receivingOfflineHostAnnounced: 'Recibiendo · anfitrión sin conexión',
  notUpToDate: 'No está al día',
  notUpToDateAdvice:
    'El anfitrión envió algo que este visor no puede mostrar. El próximo estado completo lo arregla.',
  behind: 'El anfitrión tiene cambios más recientes',
  behindAdvice:
    'Todavía no han llegado. Esta página los muestra en cuanto el anfitrión pueda enviarlos.',
  stoppedBecause: (heading) => `Detenido · ${heading}`,
  stoppedText: 'Detenido',
  ended: ['La conexión ha terminado', 'Escanea de nuevo el código del anfitrión.'],
  stopped: {
    VS102: ['La clave fue rechazada', 'Escanea de nuevo el código del anfitrión.'],
    VS103: ['Otro anfitrión tomó el relevo', 'Escanea el código del nuevo anfitrión.'],
    VS104: [
      'La sesión ha terminado',
      'El anfitrión la ha terminado. Cuando empiece otra, escanea el código de su pantalla.',
    ],
    VS105: [
      'Las versiones no son compatibles',
      'El retransmisor y este visor tienen versiones distintas. Recarga para obtener el visor del retransmisor. Si no basta, actualiza el retransmisor.',
    ],
    VS108: UNREADABLE,
    VS109: [
      'El retransmisor no acepta esta página',
      'Pide a quien administra el retransmisor que permita esta página con --allow-origin e inténtalo de nuevo.',
    ],
    VS110: [
      'Esta sesión está cifrada y el enlace no la abre',
      'Escanea de nuevo el código del anfitrión. Un código corto no puede abrirla.',
    ],
    VS111: [
      'Esta sesión está cifrada y necesita HTTPS',
      'Esta página llegó sin HTTPS. La guía explica cómo obtenerlo en este dispositivo. Después, escanea de nuevo el código del anfitrión.',
    ],
    VS112: ['Este enlace ya no es válido', 'Pide un nuevo código al anfitrión.'],
    VS115: [
      'Este enlace no es seguro',
      'Tiene una clave de cifrado, pero no usa HTTPS. Pide que el retransmisor se inicie con HTTPS y escanea de nuevo el código del anfitrión.',
    ],
    VS116: [
      'Esto no viene del anfitrión',
      'Lo envió otra persona que tiene el enlace, o el enlace es antiguo. Escanea de nuevo el código del anfitrión.',
    ],
    VS118: [
      'Esta aplicación no puede abrir ese enlace',
      'El enlace no usa HTTPS, pero esta aplicación se cargó con HTTPS. Abre el enlace en el navegador, donde el retransmisor tiene su propio visor.',
    ],
    VS121: [
      'No hay ninguna sesión en esta dirección',
      'Escanea de nuevo el código del anfitrión. Si escribiste la dirección, comprueba el nombre del servidor y lo que le sigue.',
    ],
    VS123: UNREADABLE,
    VS125: UNREADABLE,
  },
  needsKey: [
    'Esta sesión necesita un código',
    'La dirección sola no la abre. Escanea el código del anfitrión o escribe el que está al lado.',
  ],
  refusedBy: (host) => [
    `${host} no acepta esta página`,
    `Pide a quien administra ${host} que permita esta página con --allow-origin e inténtalo de nuevo. La aplicación no abre por ti la página del retransmisor, porque esa página podría leer la clave de cifrado.`,
  ],
  failing: {
    VS119: [
      'Puede que el navegador bloquee esta página',
      'El retransmisor está en tu red y esta página viene de Internet. Toca el icono junto a la dirección, permite el acceso a la red local e inténtalo de nuevo.',
    ],
    VS120: [
      'Nada responde en esta dirección',
      'Comprueba que este dispositivo está en la misma red que el anfitrión, por ejemplo en la misma wifi, y que el anfitrión sigue compartiendo. Si escribiste la dirección, compruébala.',
    ],
    VS126: [
      'El retransmisor está lleno',
      'Ha alcanzado uno de sus límites, por ejemplo demasiados visores. Deja esta página abierta: se conecta en cuanto haya sitio.',
    ],
  },
  blocked: [
    'El navegador bloquea esta página',
    'El retransmisor está en tu red y esta página viene de Internet sin HTTPS. Abre el enlace: el retransmisor tiene su propio visor.',
  ],
  encryptedWithoutHttps: (host) => [
    'El retransmisor no responde con HTTPS',
    `Esta sesión está cifrada y necesita HTTPS. Pide que el retransmisor de ${host} se inicie con HTTPS y escanea de nuevo el código del anfitrión.`,
  ],
  next: {
    scan: 'Escanear de nuevo',
    code: 'Escribir un código',
    address: 'Cambiar la dirección',
    others: 'Usar otro código',
    open: 'Abrir el enlace',
    retry: 'Intentar de nuevo',
    connect: 'Conectar de nuevo',
    reload: 'Recargar',
    guide: 'Cómo obtener HTTPS',
  },
  received: 'Recibido',
  waiting: 'Esperando el primer estado',
  wait: {
    connecting: (relay) => [
      `Conectando con ${relay}`,
      'Tarda más de lo normal. Comprueba que este dispositivo está en la misma wifi que el anfitrión.',
    ],
    noNetwork: ['Este dispositivo no tiene red', 'El visor se conecta solo en cuanto la haya.'],
    receiving: ['Recibiendo el estado', 'El estado es grande y tarda un momento en llegar.'],
    hostOffline: [
      'El anfitrión está sin conexión',
      'El retransmisor responde, pero el anfitrión no está. En cuanto comparta algo, aparecerá aquí.',
    ],
    nothingShared: [
      'Esperando al anfitrión',
      'El retransmisor responde. En cuanto el anfitrión comparta algo, aparecerá aquí.',
    ],
    unreadable: [
      'El anfitrión envió algo que este visor no puede mostrar',
      'Aparecerá aquí en cuanto el anfitrión lo arregle.',
    ],
  },
  sceneEmpty: (name: string) => `${name}: aún sin datos`,
  scene: (name: string, title: string, from: string, to: string, low: string, high: string) =>
    `${name}: ${title}, de ${from} a ${to}, con valores entre ${low} y ${high}`,
  plainHttp: 'No es seguro: no se puede instalar, usar sin conexión ni escanear.',
  howToFix: 'Cómo arreglarlo',
  untrusted: 'El certificado no es de confianza: no se puede instalar ni usar sin conexión.',
  trustIt: 'Confiar',
  limitations: 'Lo que esta dirección no permite',
  hide: 'Ocultar',
  partMissing: 'No se pudo cargar esta parte de la aplicación. Comprueba la red.',
})
