/** Returns `false` on pages without a secure context, where browsers offer no camera. */
export function hasCamera(): boolean {
  return typeof navigator.mediaDevices?.getUserMedia === 'function'
}
