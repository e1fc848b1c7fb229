import { expect, it } from 'vitest'
import { readSteps } from './steps.ts'

it('splits a page at its headings, and leaves comments in code alone', () => {
  const text =
    '# Page\nIntro\n## 1. First\n```sh [Terminal]\n## a comment\nls\n```\n### Part\nMore\n## Last\n'
  const steps = readSteps(text)
  expect(steps.map(({ title }) => title)).toEqual(['First', 'Part', 'Last'])
  expect(steps[0]!.blocks).toEqual([
    { language: 'sh', target: 'Terminal', code: '## a comment\nls\n', line: 4 },
  ])
  expect(steps[1]!.text).toBe('### Part\nMore')
})
