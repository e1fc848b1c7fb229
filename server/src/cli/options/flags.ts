import { LIMIT_FLAGS } from '../../core/limits.ts'

export interface Flag {
  type: 'string' | 'boolean'
  /** The environment variable with the same meaning; `''` for none. */
  env: string
  help: string
}

/** All flags, by the heading under which `--help` lists them. */
export const FLAG_GROUPS = {
  Basics: {
    port: { type: 'string', env: 'VUE_SYNC_PORT', help: 'TCP port, 0 for any free one (9876)' },
    host: { type: 'string', env: 'VUE_SYNC_HOST', help: 'address to bind (0.0.0.0)' },
    base: {
      type: 'string',
      env: 'VUE_SYNC_BASE',
      help: 'path below which everything is served, such as /sync (/)',
    },
    'viewer-dir': {
      type: 'string',
      env: 'VUE_SYNC_VIEWER_DIR',
      help: 'folder of another built viewer app (the included one)',
    },
    persist: {
      type: 'string',
      env: 'VUE_SYNC_PERSIST',
      help: 'folder that keeps sessions over a restart (none)',
    },
    version: { type: 'boolean', env: '', help: 'print the version' },
    help: { type: 'boolean', env: '', help: 'print this help' },
  },
  Access: {
    'host-key': {
      type: 'string',
      env: 'VUE_SYNC_HOST_KEY',
      help: 'key for publishing (generated once, and kept)',
    },
    'viewer-key': {
      type: 'string',
      env: 'VUE_SYNC_VIEWER_KEY',
      help: 'key for viewing (generated once, and kept)',
    },
    'host-key-file': {
      type: 'string',
      env: 'VUE_SYNC_HOST_KEY_FILE',
      help: 'file that contains the key for publishing',
    },
    'viewer-key-file': {
      type: 'string',
      env: 'VUE_SYNC_VIEWER_KEY_FILE',
      help: 'file that contains the key for viewing',
    },
    'new-keys': {
      type: 'boolean',
      // In an environment it would stay, and replace the keys at each start.
      env: '',
      help: 'replace the generated keys, which are kept for the next start',
    },
    open: { type: 'boolean', env: 'VUE_SYNC_OPEN', help: 'viewers need no key' },
    public: {
      type: 'boolean',
      env: 'VUE_SYNC_PUBLIC',
      help: 'caches may keep the state, and give it to everyone',
    },
    'allow-host': {
      type: 'string',
      env: 'VUE_SYNC_ALLOW_HOSTS',
      help: 'more host names to answer to, comma-separated',
    },
    'allow-origin': {
      type: 'string',
      env: 'VUE_SYNC_ALLOW_ORIGINS',
      help: 'more origins whose pages may connect, comma-separated',
    },
  },
  HTTPS: {
    https: {
      type: 'boolean',
      env: 'VUE_SYNC_HTTPS',
      help: "TLS with a certificate from this machine's own CA",
    },
    'ca-dir': {
      type: 'string',
      env: 'VUE_SYNC_CA_DIR',
      help: "folder of that CA (the user's data folder)",
    },
    cert: {
      type: 'string',
      env: 'VUE_SYNC_CERT',
      help: 'your own certificate, a PEM file; needs --key',
    },
    key: {
      type: 'string',
      env: 'VUE_SYNC_CERT_KEY',
      help: 'private key of --cert, a PEM file',
    },
  },
  Network: {
    address: {
      type: 'string',
      env: 'VUE_SYNC_ADDRESS',
      help: 'address or name in the code (the one that most likely works)',
    },
    'public-url': {
      type: 'string',
      env: 'VUE_SYNC_PUBLIC_URL',
      help: 'address for links, such as https://show.example.com',
    },
    'trust-proxy': {
      type: 'string',
      env: 'VUE_SYNC_TRUST_PROXY',
      help: 'proxies whose X-Forwarded-* are trusted, comma-separated',
    },
    heartbeat: {
      type: 'string',
      env: 'VUE_SYNC_HEARTBEAT',
      help: 'milliseconds between heartbeats (15000)',
    },
  },
  'Several processes': {
    workers: { type: 'string', env: 'VUE_SYNC_WORKERS', help: 'processes that serve the port (1)' },
    redis: {
      type: 'string',
      env: 'VUE_SYNC_REDIS',
      help: 'Redis that several relays share, redis://HOST:PORT',
    },
    'redis-prefix': {
      type: 'string',
      env: 'VUE_SYNC_REDIS_PREFIX',
      help: 'prefix of keys and channels in Redis (vue-sync)',
    },
    'redis-password-file': {
      type: 'string',
      env: 'VUE_SYNC_REDIS_PASSWORD_FILE',
      help: 'file that contains the password of Redis',
    },
  },
  Limits: {
    capacity: {
      type: 'string',
      env: 'VUE_SYNC_CAPACITY',
      help: 'updates kept for viewers that reconnect (64)',
    },
    // `object` keeps the names of all other flags literal types.
    ...(Object.fromEntries(
      Object.values(LIMIT_FLAGS).map(({ flag, ...rest }) => [flag, { type: 'string', ...rest }]),
    ) as object),
  },
  Operation: {
    metrics: {
      type: 'boolean',
      env: 'VUE_SYNC_METRICS',
      help: '/metrics for Prometheus, for this machine only',
    },
    'metrics-key': {
      type: 'string',
      env: 'VUE_SYNC_METRICS_KEY',
      help: '/metrics for every machine that sends this key',
    },
    'metrics-key-file': {
      type: 'string',
      env: 'VUE_SYNC_METRICS_KEY_FILE',
      help: 'file that contains the key for metrics',
    },
    admin: {
      type: 'boolean',
      env: 'VUE_SYNC_ADMIN',
      help: '/admin: list and end sessions, with the host key',
    },
    json: {
      type: 'boolean',
      env: 'VUE_SYNC_JSON',
      help: 'one JSON object per log line, without keys',
    },
    'log-level': {
      type: 'string',
      env: 'VUE_SYNC_LOG_LEVEL',
      help: 'info, warn, error or silent (info)',
    },
  },
} satisfies Record<string, Record<string, Flag>>

type Groups = typeof FLAG_GROUPS
/** The name of a flag without the dashes; those of `LIMIT_FLAGS` are not in the type. */
export type FlagName = { [Title in keyof Groups]: keyof Groups[Title] }[keyof Groups]

export const FLAGS: Record<string, Flag> = Object.assign({}, ...Object.values(FLAG_GROUPS))
