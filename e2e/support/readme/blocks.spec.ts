import { describe, expect, it } from 'vitest'
import { readBlocks, shellCommands } from './blocks.ts'

describe('the code blocks of a Markdown text', () => {
  it('have a language, a target in brackets, and the line where they start', () => {
    const text =
      'Text\n\n```ts [src/main.ts]\nimport a\n\n```\n```sh\nls\n```\n```ts [s/[name].ts]\n```\n'
    expect(readBlocks(text)).toEqual([
      {
        language: 'ts',
        target: 'src/main.ts',
        unchecked: undefined,
        code: 'import a\n\n',
        line: 3,
      },
      { language: 'sh', target: undefined, unchecked: undefined, code: 'ls\n', line: 7 },
      { language: 'ts', target: 's/[name].ts', unchecked: undefined, code: '\n', line: 10 },
    ])
  })

  it('may be indented, have marked lines, and say why they are not checked', () => {
    const text =
      '- a\n\n  ```ts {1,3} [a.ts] no-check: a part\n  b\n    c\n  ```\n````md\n```\n````\n'
    expect(readBlocks(text)).toEqual([
      { language: 'ts', target: 'a.ts', unchecked: 'a part', code: 'b\n  c\n', line: 3 },
      { language: 'md', target: undefined, unchecked: undefined, code: '```\n', line: 7 },
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
