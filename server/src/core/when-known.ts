/**
 * Calls `use` with a value: at once if the value is there, else when its promise resolves. A connection whose key was
 * checked synchronously is then answered at once.
 */
export function whenKnown<Value, Result>(
  value: Value | Promise<Value>,
  use: (value: Value) => Result,
): Result | Promise<Awaited<Result>> {
  return value instanceof Promise ? (value.then(use) as Promise<Awaited<Result>>) : use(value)
}
