import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ROOT } from '../builds.ts'
import { PLACEHOLDERS, readAddress } from '../release/project-address.ts'

interface Field {
  type: string
  id?: string
  attributes: { label?: string; value?: string; options?: string[] }
}
interface Form {
  name: string
  description: string
  body: Field[]
}

const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8')
const FOLDER = '.github/ISSUE_TEMPLATE'
const { repository, contact } = {
  ...PLACEHOLDERS,
  ...readAddress(JSON.parse(read('package.json'))),
}

const forms = readdirSync(join(ROOT, FOLDER))
  .filter((name) => name !== 'config.yml')
  .map((name): [string, Form] => [name, parse(read(FOLDER, name))])

describe('the forms for issues', () => {
  it.each(forms)('%s has what the forge requires', (_, { name, description, body }) => {
    expect([name, description]).not.toContain(undefined)
    const fields = body.filter(({ type }) => type !== 'markdown')
    const ids = fields.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { type, id, attributes } of fields) {
      expect(['input', 'textarea', 'dropdown', 'checkboxes']).toContain(type)
      expect(id).toMatch(/^[a-z-]+$/)
      expect(attributes.label).toBeTruthy()
      if (type === 'dropdown') expect(attributes.options!.length).toBeGreaterThan(1)
    }
    expect(fields).not.toEqual([])
  })

  it('ask for the code, the version and the way to see a bug', () => {
    const ids = new Map(forms).get('bug.yml')!.body.map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(['code', 'version', 'reproduction']))
  })

  it('lead security problems to a private place, and only to the address of the project', () => {
    const texts = [read(FOLDER, 'bug.yml'), read(FOLDER, 'config.yml')]
    for (const text of texts) expect(text).toContain(`${repository}/security/advisories/new`)
    const links = texts.join('\n').match(/https:\/\/[^\s)]+/g)!
    expect(links.filter((link) => !link.startsWith(`${repository}/`))).toEqual([])
  })
})

it('names one contact in the code of conduct', () => {
  const addresses = read('CODE_OF_CONDUCT.md').match(/[\w.-]+@[\w.-]+\w/g)
  expect(addresses).toEqual([contact])
})
