/** Whether a value is a whole number ≥ 0 that a `number` holds exactly. */
export const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0
