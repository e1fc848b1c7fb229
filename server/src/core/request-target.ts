import { DEFAULT_SESSION, type Position, readPosition, readSession } from '@vue-sync/vue/protocol'

/** What the address of an upgrade request asks for. */
export interface RequestTarget {
  /** `undefined` for a path that names no session. */
  session: string | undefined
  /** The position that the client holds; `undefined` if it has none, or a malformed one. */
  position: Position | undefined
  /** Whether the client can send or receive long messages in parts. */
  knowsParts: boolean
}

/**
 * What clients of vue-sync ask for, as far as no character is escaped. `URL` accepts and changes nothing in it: the
 * host is one label of letters and digits, such as the `relay` that the relay's own server puts there.
 */
const USUAL =
  /^http:\/\/[a-z][a-z\d]*\/(?:s\/([A-Za-z\d][\w.~-]{0,63}))?(?:\?(?:epoch=([\w.~-]{1,64})&seq=(\d{1,15})(?:&|$))?(parts=1)?)?$/

/**
 * Reads the absolute URL of an upgrade request. Does not throw for a malformed one.
 *
 * Usual addresses are read without `URL` and `URLSearchParams`, because every connection pays for them.
 */
export function readTarget(text: string): RequestTarget {
  const usual = USUAL.exec(text)
  if (usual) {
    const [, session = DEFAULT_SESSION, epoch, seq, parts] = usual
    return {
      session,
      position: epoch === undefined ? undefined : { epoch, seq: Number(seq) },
      knowsParts: parts !== undefined,
    }
  }
  if (!URL.canParse(text)) return { session: undefined, position: undefined, knowsParts: false }
  const { pathname, searchParams } = new URL(text)
  return {
    session: readSession(pathname),
    position: readPosition(searchParams),
    knowsParts: searchParams.get('parts') === '1',
  }
}
