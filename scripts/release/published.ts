/** Folders of the published packages. A package comes after those that it depends on. */
export const PUBLISHED = ['packages/vue-sync', 'server', 'packages/vite', 'packages/nuxt']
