import envPaths from 'env-paths'

/** The folder of this user in which the relay keeps its CA and generated keys. */
export function dataFolder(): string {
  return envPaths('vue-sync', { suffix: '' }).data
}
