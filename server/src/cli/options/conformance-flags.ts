import type { Flag } from './flags.ts'

/** The flags of `conformance`. */
export const CONFORMANCE_FLAGS = {
  viewer: { type: 'string', env: '', help: 'test a viewer: the command that starts it' },
  host: { type: 'string', env: '', help: 'test a host: the command that starts it' },
  only: { type: 'string', env: '', help: 'ids or rules, such as R3, comma-separated (all)' },
  list: { type: 'boolean', env: '', help: 'print the requirements and test nothing' },
  timeout: { type: 'string', env: '', help: 'longest wait for one answer (5s)' },
  json: { type: 'boolean', env: '', help: 'print the results as one JSON object' },
  'host-key': { type: 'string', env: 'VUE_SYNC_HOST_KEY', help: 'key for publishing (none)' },
  'host-key-file': {
    type: 'string',
    env: 'VUE_SYNC_HOST_KEY_FILE',
    help: 'file that contains this key',
  },
  'viewer-key': {
    type: 'string',
    env: 'VUE_SYNC_VIEWER_KEY',
    help: 'key for viewing, if the address is no link (none)',
  },
  'viewer-key-file': {
    type: 'string',
    env: 'VUE_SYNC_VIEWER_KEY_FILE',
    help: 'file that contains this key',
  },
} as const satisfies Record<string, Flag>
