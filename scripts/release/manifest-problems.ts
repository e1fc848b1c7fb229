/** The fields of a published `package.json` by which npm knows where a package comes from. */
export interface PublishedManifest {
  name: string
  homepage?: string
  bugs?: string
  license?: string
  repository?: { type?: string; url?: string; directory?: string }
  engines?: { node?: string }
  publishConfig?: { access?: string; provenance?: boolean }
}

/**
 * Compares the `package.json` of a published package with what provenance needs.
 *
 * @param folder path of the package from the root
 * @param repository web address of the repository
 * @returns one line for each wrong field, which names the field and its value
 */
export function manifestProblems(
  manifest: PublishedManifest,
  folder: string,
  repository: string,
): string[] {
  const { name, repository: own, publishConfig } = manifest
  const fields: [name: string, value: unknown, expected: unknown][] = [
    ['repository.type', own?.type, 'git'],
    // npm compares it with the repository that the identity token of the build names.
    ['repository.url', own?.url, `git+${repository}.git`],
    ['repository.directory', own?.directory, folder],
    ['homepage', manifest.homepage, `${repository}#readme`],
    ['bugs', manifest.bugs, `${repository}/issues`],
    ['license', manifest.license, 'MIT'],
    ['engines.node', manifest.engines?.node, '>=20.19.0'],
    // npm publishes a new scoped package as private unless told otherwise.
    ['publishConfig.access', publishConfig?.access, 'public'],
    ['publishConfig.provenance', publishConfig?.provenance, true],
  ]
  return fields
    .filter(([, value, expected]) => value !== expected)
    .map(([field, value, expected]) => {
      const found = value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`
      return `${folder}/package.json: ${field} of ${name} ${found}. Set it to ${JSON.stringify(expected)}.`
    })
}
