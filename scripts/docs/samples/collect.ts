import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Block, readBlocks } from '../../../e2e/support/readme/blocks.ts'
import { ROOT } from '../../builds.ts'

/** A code block of a page, with the page's path from the root of the repository. */
export interface Sample extends Block {
  page: string
}

/** The pages whose samples are for readers: the docs, and the README of the repository and of each package. */
const PAGES = /^(docs\/(?!deploy\/).*|README|server\/README|packages\/[\w-]+\/README)\.md$/

/** Output of a program, and drawings: no code. */
const isCode = ({ language }: Block): boolean => !/^(text|txt|)$/.test(language)

export function groupBy(
  samples: readonly Sample[],
  keyOf: (sample: Sample) => string,
): Map<string, Sample[]> {
  const groups = new Map<string, Sample[]>()
  for (const sample of samples)
    groups.set(keyOf(sample), [...(groups.get(keyOf(sample)) ?? []), sample])
  return groups
}

/** All samples. @throws Error that names a page and a line if a fence has an unknown form */
export function collectSamples(root = ROOT): Sample[] {
  const files = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  ).split('\n')
  return files
    .filter((page) => PAGES.test(page) && existsSync(join(root, page)))
    .flatMap((page) => {
      try {
        return readBlocks(readFileSync(join(root, page), 'utf8'))
          .filter(isCode)
          .map((block): Sample => Object.assign(block, { page }))
      } catch (error) {
        throw new Error(`${page}: ${(error as Error).message}`, { cause: error })
      }
    })
}
