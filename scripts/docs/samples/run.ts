import process from 'node:process'
import { checkSamples } from './check-samples.ts'

// Checks the code samples of the docs, or those of another checkout: `pnpm docs:samples [folder]`.
const { errors, summary } = checkSamples(process.argv[2])
for (const { at, text } of errors) console.error(`${at} ${text}`)
console.log(summary)
if (errors.length > 0) process.exitCode = 1
