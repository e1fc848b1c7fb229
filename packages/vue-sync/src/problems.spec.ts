import { effect, shallowReactive } from 'vue'
import { describe, expect, it } from 'vitest'
import { createProblems, MOST_PROBLEMS } from './problems.ts'

const problem = (path: string) => ({ code: 'VS201' as const, store: 'board', path, reason: 'bad' })

describe('problems', () => {
  it('list each code, store and path once', () => {
    const problems = createProblems()
    problems.add(problem('rows[].due'))
    problems.add({ ...problem('rows[].due'), reason: 'another row' })
    problems.add(problem('rows[].by'))
    expect(problems.list.map(({ path }) => path)).toEqual(['rows[].due', 'rows[].by'])
  })

  it('keep the latest when there are too many', () => {
    const problems = createProblems()
    for (let index = 0; index <= MOST_PROBLEMS; index++) problems.add(problem(`field${index}`))
    expect(problems.list).toHaveLength(MOST_PROBLEMS)
    expect(problems.list[0]?.path).toBe('field1')
  })

  it('are as reactive as their list, and can be removed', () => {
    const problems = createProblems(shallowReactive([]))
    const counts: number[] = []
    effect(() => counts.push(problems.list.length))
    problems.add(problem('due'))
    problems.remove(({ path }) => path === 'due')
    expect(counts).toEqual([0, 1, 0])
  })
})
