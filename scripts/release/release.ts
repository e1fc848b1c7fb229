import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { ROOT } from '../builds.ts'
import { fail } from '../fail.ts'
import { checkTarball } from './check-tarball.ts'
import { pnpmCommand, read, run } from '../commands.ts'
import { manifestProblems, type PublishedManifest } from './manifest-problems.ts'
import { packAll, type Tarball, TARBALLS_DIR } from './pack.ts'
import { PLACEHOLDERS, readAddress } from './project-address.ts'
import { PUBLISHED } from './published.ts'
import { distTag, releaseProblems } from './release-problems.ts'
import { type DocumentedApp, tryApp } from './try-app.ts'
import { tryTarballs } from './try-tarballs.ts'

/** The app that a release must run, as its page tells a reader to make it. */
const APP: DocumentedApp = {
  page: 'docs/tutorial/index.md',
  unused: ['@vue-sync/nuxt'],
}

const HELP = `Usage: pnpm release [options]

Builds, packs, checks and tries the packages, then publishes them to npm with provenance.

  --dry-run     do everything but publish
  --no-build    pack the build that is there
  --help        print this`

const FLAGS = {
  'dry-run': { type: 'boolean', default: false },
  build: { type: 'boolean', default: true },
  help: { type: 'boolean', default: false },
} as const

function readArgs() {
  try {
    return parseArgs({ options: FLAGS, allowNegative: true }).values
  } catch (error) {
    fail(`${(error as Error).message.split('. ')[0]}. See --help.`)
  }
}

function describe({ name, version, path, files, size }: Tarball): string {
  return [
    `${name} ${version}`,
    `  tag    ${distTag(version)}`,
    `  file   ${path}`,
    `  size   ${(size / 1024).toFixed(1)} KiB in ${files.length} files`,
    ...files.map((file) => `         ${file}`),
  ].join('\n')
}

const readText = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8')
const readManifest = (folder: string): PublishedManifest & { version: string } =>
  JSON.parse(readText(folder, 'package.json'))

const address = readAddress(JSON.parse(readText('package.json')))

async function findProblems(): Promise<string[]> {
  return releaseProblems({
    changes: await read(['git'], ['status', '--porcelain']),
    pending: readdirSync(join(ROOT, '.changeset')).filter(
      (file) => file.endsWith('.md') && file !== 'README.md',
    ),
    packages: PUBLISHED.map((folder) => {
      const { name, version } = readManifest(folder)
      return { name, version, changelog: readText(folder, 'CHANGELOG.md') }
    }),
    address,
    npm: (await read(['npm'], ['--version'])).trim(),
    env: process.env,
  })
}

/** @throws Error with the fields of each `package.json` that provenance needs and that are wrong */
function checkManifests(): void {
  const repository = address.repository ?? PLACEHOLDERS.repository
  const problems = PUBLISHED.flatMap((folder) =>
    manifestProblems(readManifest(folder), folder, repository),
  )
  if (problems.length > 0) throw new Error(problems.join('\n[vue-sync] '))
}

/** Whether npm has this version already, from a release that stopped half way. */
async function isPublished({ name, version }: Tarball): Promise<boolean> {
  return read(['npm'], ['view', `${name}@${version}`, 'version', '--json']).then(
    (output) => output.trim() !== '',
    (error: Error) => {
      if (error.message.includes('E404')) return false
      throw error
    },
  )
}

async function publish(tarball: Tarball): Promise<void> {
  const { name, path, version } = tarball
  if (await isPublished(tarball)) console.log(`[vue-sync] npm has ${name} ${version} already.`)
  else
    run(['npm'], ['publish', path, '--provenance', '--access', 'public', '--tag', distTag(version)])
}

async function release(isDryRun: boolean, build: boolean): Promise<void> {
  const problems = await findProblems()
  if (problems.length > 0 && !isDryRun) fail(problems.join('\n[vue-sync] '))
  checkManifests()
  if (build) run(pnpmCommand(), ['build'])
  rmSync(TARBALLS_DIR, { recursive: true, force: true })
  const tarballs = await packAll(TARBALLS_DIR)
  for (const tarball of tarballs) checkTarball(tarball)
  const { entries, node } = await tryTarballs(tarballs)
  console.log(
    `\nInstalled with npm into an empty folder, and imported with Node ${node}: ${entries.join(', ')}.`,
  )
  const arrived = await tryApp(APP, tarballs)
  console.log(`Built and started the app of ${APP.page} with them. A client received: ${arrived}`)
  console.log(`\n${tarballs.map(describe).join('\n\n')}\n`)
  if (isDryRun) {
    console.log('[vue-sync] Nothing was published: this was a dry run.')
    for (const problem of problems) console.log(`[vue-sync] Before a release: ${problem}`)
  } else for (const tarball of tarballs) await publish(tarball)
}

const { 'dry-run': isDryRun, build, help } = readArgs()
if (help) console.log(HELP)
else await release(isDryRun, build).catch((error: Error) => fail(error.message))
