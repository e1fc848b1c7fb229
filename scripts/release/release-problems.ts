import type { ProjectAddress } from './project-address.ts'

/** What a release looks at before it publishes. */
export interface ReleaseState {
  /** Output of `git status --porcelain`: empty when everything is committed. */
  changes: string
  /** File names in `.changeset` that describe a change without a version. */
  pending: string[]
  /** Packages to publish, with the text of their `CHANGELOG.md`. */
  packages: { name: string; version: string; changelog: string }[]
  /** Where the project lives, without what nobody has decided yet. */
  address: Partial<ProjectAddress>
  /** Version of the npm that publishes. */
  npm: string
  env: Record<string, string | undefined>
}

/** The first npm that publishes with the identity of a CI job, without a stored token. */
const TRUSTED_PUBLISHING = [11, 5, 1]

const line = (text: string, isProblem: boolean): string[] => (isProblem ? [text] : [])

function isOlder(version: string, than: readonly number[]): boolean {
  const parts = version.split('-')[0]!.split('.').map(Number)
  const index = than.findIndex((part, place) => part !== (parts[place] ?? 0))
  return index !== -1 && (parts[index] ?? 0) < than[index]!
}

/** Web address of the repository in which GitHub Actions runs, or `undefined` elsewhere. */
function builtIn(env: ReleaseState['env']): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = env
  return server && name ? `${server}/${name}` : undefined
}

function addressProblems({ address: { repository, contact }, env }: ReleaseState): string[] {
  const place = builtIn(env)
  return [
    ...line(
      'The project has no public repository yet, so package.json has no `repository`. ' +
        'Run pnpm project:address REPOSITORY CONTACT.',
      repository === undefined,
    ),
    ...line(
      'The project has no contact yet, so package.json has no `bugs.email`. ' +
        'Run pnpm project:address REPOSITORY CONTACT.',
      contact === undefined,
    ),
    ...line(
      `package.json names ${repository}, but this job runs in ${place}. npm would refuse the provenance.`,
      repository !== undefined && place !== undefined && repository !== place,
    ),
  ]
}

/** Reasons not to publish, each in one line. Empty when nothing speaks against it. */
export function releaseProblems(state: ReleaseState): string[] {
  const { changes, pending, packages, npm, env } = state
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
    ...addressProblems(state),
    ...line(
      `npm ${npm} cannot publish with the identity of a CI job. Install npm ${TRUSTED_PUBLISHING.join('.')} or later.`,
      isOlder(npm, TRUSTED_PUBLISHING),
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
