import { describe, expect, it } from 'vitest'
import { readBlocks, shellCommands } from './blocks.ts'

describe('the code blocks of a Markdown text', () => {
  it('have a language, a target in brackets, and the line where they start', () => {
    const text =
      'Text\n\n```ts [src/main.ts]\nimport a\n\n```\n```sh\nls\n```\n```ts [s/[name].ts]\n```\n'
    expect(readBlocks(text)).toEqual([
      { language: 'ts', target: 'src/main.ts', code: 'import a\n\n', line: 3 },
      { language: 'sh', target: undefined, code: 'ls\n', line: 7 },
      { language: 'ts', target: 's/[name].ts', code: '\n', line: 10 },
    ])
  })

  it('must be closed and have a known form', () => {
    expect(() => readBlocks('```ts\n')).toThrow('The code block in line 1 has no end.')
    expect(() => readBlocks('\n```ts src/main.ts\n```\n')).toThrow('Line 2')
  })
})

it('ignores shell comments and empty lines', () => {
  expect(shellCommands('# first\nnpm install a  # in the app\n\nnpx b#c\n')).toEqual([
    'npm install a',
    'npx b#c',
  ])
})
