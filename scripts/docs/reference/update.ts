import { writeFileSync } from 'node:fs'
import { errorPages } from '../error-pages.ts'
import { referencePages } from './reference-pages.ts'

// Writes the generated parts of docs/reference and docs/errors: `pnpm docs:reference`.
for (const { file, text } of [...errorPages(), ...referencePages()]) writeFileSync(file, text)
