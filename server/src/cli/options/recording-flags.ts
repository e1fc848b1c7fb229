import type { Flag } from './flags.ts'

/** The flags of the commands for recordings. `replay` without `--to` takes those of the relay too. */
export const RECORDING_FLAGS = {
  record: {
    output: {
      type: 'string',
      env: '',
      help: 'file to write, also -o; - for stdout (SESSION-TIME.ndjson)',
    },
    for: { type: 'string', env: '', help: 'stop after a time such as 60s, 5m or 1h (Ctrl+C)' },
    'max-size': { type: 'string', env: '', help: 'stop at this many bytes (1073741824)' },
    'viewer-key': { type: 'string', env: 'VUE_SYNC_VIEWER_KEY', help: 'key, if the link has none' },
    'viewer-key-file': {
      type: 'string',
      env: 'VUE_SYNC_VIEWER_KEY_FILE',
      help: 'file that contains this key',
    },
  },
  replay: {
    speed: { type: 'string', env: '', help: 'how many times as fast, or max (1)' },
    loop: { type: 'boolean', env: '', help: 'begin again after the end' },
    to: { type: 'string', env: '', help: 'a running relay to publish to (starts one)' },
  },
} as const satisfies Record<string, Record<string, Flag>>
