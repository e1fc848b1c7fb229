import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../builds.ts'
import type { Apt } from './apt.ts'
import { onPath } from './find.ts'
import type { Tool } from './tools.ts'

const NGINX_DIR = join(ROOT, 'node_modules/.cache/vue-sync/nginx')
const VARNISH_DIR = join(ROOT, 'node_modules/.cache/vue-sync/varnish')
const VARNISH_COMMAND = join(VARNISH_DIR, 'varnishd')

export const NGINX: Tool = {
  label: 'nginx',
  env: 'VUE_SYNC_NGINX',
  packages: ['nginx'],
  names: ['nginx'],
  paths: [join(NGINX_DIR, 'usr/sbin/nginx')],
  // The installed package would start a web server on port 80 at every boot.
  install: (apt) => apt.unpack('nginx', NGINX_DIR),
}

/** Starts the unpacked program with the library that was unpacked beside it. */
const START_VARNISH = `#!/bin/sh
for libraries in '${VARNISH_DIR}'/usr/lib/*-linux-gnu; do
  export LD_LIBRARY_PATH="$libraries"
done
exec '${VARNISH_DIR}/usr/sbin/varnishd' "$@"
`

function installVarnish(apt: Apt): void {
  for (const name of ['varnish', 'libjemalloc2']) apt.unpack(name, VARNISH_DIR)
  // Varnish compiles its configuration when it starts.
  if (!onPath('gcc')) apt.install(['gcc', 'libc6-dev'])
  writeFileSync(VARNISH_COMMAND, START_VARNISH)
  chmodSync(VARNISH_COMMAND, 0o755)
}

export const VARNISH: Tool = {
  label: 'Varnish',
  env: 'VUE_SYNC_VARNISH',
  packages: ['varnish'],
  names: ['varnishd'],
  paths: [VARNISH_COMMAND],
  // The installed package would start a cache on port 6081 at every boot.
  install: installVarnish,
}
