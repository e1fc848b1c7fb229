// Bundlers replace this; the library touches nothing else of `process`.
declare const process: { env: { NODE_ENV?: string } }
