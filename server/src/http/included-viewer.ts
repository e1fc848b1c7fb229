import { fileURLToPath } from 'node:url'
import { hasViewer } from './viewer-files.ts'

/** The viewer app's folder in the package, and in this repository. */
const FOLDERS = ['viewer', 'apps/viewer-pwa/dist']
/** This file is part of a bundle when it is published. */
const PARENTS = ['..', '../..', '../../..']

/** The folder of the viewer app that comes with this package; `undefined` if it is not built. */
export function includedViewer(): string | undefined {
  return PARENTS.flatMap((parent) => FOLDERS.map((folder) => `${parent}/${folder}`))
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find(hasViewer)
}
