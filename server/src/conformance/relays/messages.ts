export interface AnyMessage {
  type: string
  epoch?: string
  seq?: number
  payload: Record<string, unknown>
}

/** The last line of a body over HTTP. */
export interface ControlLine {
  query?: string
  code?: number
  reason?: string
}

/** A `session_update` whose only store is `s`. */
export const session = (epoch: string, seq: number, state: object) => ({
  type: 'session_update',
  epoch,
  seq,
  payload: { s: state },
})

/** A `config_update` of the store `s`. */
export const config = (epoch: string, seq: number, fields: object) => ({
  type: 'config_update',
  epoch,
  seq,
  payload: { s: fields },
})

export const isStatus = ({ type }: AnyMessage): boolean => type === 'status'
export const at =
  (seq: number) =>
  (message: AnyMessage): boolean =>
    message.seq === seq
export const stateAt =
  (seq: number) =>
  (message: AnyMessage): boolean =>
    message.seq === seq && !isStatus(message)
export const wants = ({ payload }: AnyMessage): boolean => payload['want'] === 'session_update'
