import { DEFAULT_SESSION, type Position, readPath, readPosition } from '@vue-sync/vue/protocol'

/** What the address of an upgrade request asks for. */
export interface RequestTarget {
  /** `undefined` for a path that names no session. */
  session: string | undefined
  /** The position that the client holds; `undefined` if it has none, or a malformed one. */
  position: Position | undefined
  /** Whether the client can send or receive long messages in parts. */
  knowsParts: boolean
  /** How many relays that follow each other end with this viewer; 0 for any other client. */
  hops: number
}

/**
 * What clients of vue-sync ask for, as far as no character is escaped. `URL` accepts and changes nothing in it: the
 * host is one label of letters and digits, such as the `relay` that the relay's own server puts there.
 */
function usualTarget(base: string): RegExp {
  const path = base.replaceAll('.', String.raw`\.`)
  return new RegExp(
    String.raw`^http://[a-z][a-z\d]*${path}/(?:s/([A-Za-z\d][\w.~-]{0,63}))?` +
      String.raw`(?:\?(?:epoch=([\w.~-]{1,64})&seq=(\d{1,15})(?:&|$))?(parts=1)?)?$`,
  )
}

function readHops(text: string | null): number {
  return text !== null && /^\d{1,3}$/.test(text) ? Number(text) : 0
}

/**
 * Returns a function that reads the absolute URL of an upgrade request, and does not throw for a malformed one.
 *
 * Usual addresses are read without `URL` and `URLSearchParams`, because every connection pays for them.
 *
 * @param base the base path of the relay: `''` for the root, or a path such as `/sync`
 */
export function createTargetReader(base = ''): (text: string) => RequestTarget {
  const usualForm = usualTarget(base)
  return (text) => {
    const usual = usualForm.exec(text)
    if (usual) {
      const [, session = DEFAULT_SESSION, epoch, seq, parts] = usual
      return {
        session,
        position: epoch === undefined ? undefined : { epoch, seq: Number(seq) },
        knowsParts: parts !== undefined,
        hops: 0,
      }
    }
    if (!URL.canParse(text))
      return { session: undefined, position: undefined, knowsParts: false, hops: 0 }
    const { pathname, searchParams } = new URL(text)
    const path = readPath(pathname)
    return {
      session: path?.base === base ? path.session : undefined,
      position: readPosition(searchParams),
      knowsParts: searchParams.get('parts') === '1',
      hops: readHops(searchParams.get('hops')),
    }
  }
}
