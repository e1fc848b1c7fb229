/** What a release looks at before it publishes. */
export interface ReleaseState {
  /** Output of `git status --porcelain`: empty when everything is committed. */
  changes: string
  /** File names in `.changeset` that describe a change without a version. */
  pending: string[]
  /** Packages to publish, with the text of their `CHANGELOG.md`. */
  packages: { name: string; version: string; changelog: string }[]
  env: Record<string, string | undefined>
}

const line = (text: string, isProblem: boolean): string[] => (isProblem ? [text] : [])

/** Reasons not to publish, each in one line. Empty when nothing speaks against it. */
export function releaseProblems({ changes, pending, packages, env }: ReleaseState): string[] {
  // The variables by which GitHub Actions and GitLab CI let npm prove where a package was built.
  const hasIdentity = Boolean(env['ACTIONS_ID_TOKEN_REQUEST_URL'] || env['SIGSTORE_ID_TOKEN'])
  return [
    ...line('Some files are not committed. Commit them first.', changes !== ''),
    ...line(
      `Some changes have no version yet (${pending.join(', ')}). Run pnpm version-packages first.`,
      pending.length > 0,
    ),
    ...packages.flatMap(({ name, version, changelog }) =>
      line(
        `The CHANGELOG of ${name} has no entry for ${version}. Add one with pnpm changeset.`,
        !changelog.split('\n').includes(`## ${version}`),
      ),
    ),
    ...line(
      'Provenance needs a CI job with an identity token (GitHub Actions: permissions, id-token: write). ' +
        'Elsewhere use --dry-run.',
      !hasIdentity,
    ),
  ]
}

/** npm's tag for a version: `latest`, or the name of the pre-release (`beta` for `1.0.0-beta.2`). */
export function distTag(version: string): string {
  return /-([a-z]+)/i.exec(version)?.[1] ?? 'latest'
}
