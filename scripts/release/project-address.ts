/** Stand-ins in the tracked files until the project has a public repository and a contact. Nobody has reserved them. */
export const PLACEHOLDERS = {
  repository: 'https://github.com/vue-sync/vue-sync',
  contact: 'contact@vue-sync.invalid',
}

/** Where the project lives. The root `package.json` is the one place that says so. */
export interface ProjectAddress {
  /** Web address without a final slash, such as `https://github.com/owner/name`. */
  repository: string
  /** E-mail address for reports that must stay private. */
  contact: string
}

interface RootManifest {
  repository?: { url?: string }
  bugs?: { email?: string }
}

/** Reads the public address from the root `package.json`. What it does not have is missing in the result. */
export function readAddress({ repository, bugs }: RootManifest): Partial<ProjectAddress> {
  const url = repository?.url?.replace(/^git\+/, '').replace(/\.git$/, '')
  return {
    ...(url && { repository: url }),
    ...(bugs?.email && { contact: bugs.email }),
  }
}

/** @throws Error in one line if one of them cannot be used */
export function checkAddress({ repository, contact }: ProjectAddress): void {
  if (
    !/^https:\/\/[\w.-]+\.[a-z]+(?:\/[\w.-]+){2,}$/i.test(repository) ||
    repository.endsWith('.git')
  )
    throw new Error(`${repository} is not an address such as https://github.com/OWNER/NAME.`)
  if (!/^\S+@[\w.-]+\.[a-z]+$/i.test(contact) || contact.endsWith('.invalid'))
    throw new Error(`${contact} is not an e-mail address.`)
}

/** Where the documentation of a repository is deployed: the pages of the forge, `https://OWNER.github.io/NAME`. */
export function siteOf(repository: string): string {
  const [owner, name] = repository.split('/').slice(-2)
  return `https://${owner}.github.io/${name}`
}

/** Replaces one address by another in a text, in all its forms. */
export function replaceAddress(text: string, from: ProjectAddress, to: ProjectAddress): string {
  return text
    .replaceAll(from.repository, to.repository)
    .replaceAll(siteOf(from.repository), siteOf(to.repository))
    .replaceAll(from.contact, to.contact)
}

/** Returns the text of the root `package.json` with the address. The formatter puts the fields into their order. */
export function writeAddress(text: string, { repository, contact }: ProjectAddress): string {
  const manifest = {
    ...(JSON.parse(text) as Record<string, unknown>),
    homepage: `${repository}#readme`,
    bugs: { url: `${repository}/issues`, email: contact },
    repository: { type: 'git', url: `git+${repository}.git` },
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}
