// Bundlers replace `process.env.NODE_ENV`. The library uses nothing else of `process`.
declare const process: { env: { NODE_ENV?: string } }
