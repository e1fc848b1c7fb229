// Bundlers replace `process.env.NODE_ENV`. The library uses nothing else of `process`.
declare const process: { env: { NODE_ENV?: string } }

declare module '*.css?inline' {
  /** The text of the file. */
  const css: string
  export default css
}
