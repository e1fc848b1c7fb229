/** The last frame of a scene. Its canvas has it as the property `painted`, for tests. */
export interface PaintedFrame {
  /** Cycles. */
  phase: number
  /** When it was painted, milliseconds since 1970. */
  at: number
  /** How many times new data was prepared until then. */
  rebuilds: number
}
