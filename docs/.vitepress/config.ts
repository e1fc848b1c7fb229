import process from 'node:process'
import { slug } from 'github-slugger'
import { groupIconMdPlugin, groupIconVitePlugin } from 'vitepress-plugin-group-icons'
import llmstxt from 'vitepress-plugin-llms'
import { defineConfig } from 'vitepress'
import { unmarkEmptyHeaders } from './empty-headers.ts'
import { NAV, SIDEBAR } from './navigation.ts'
import { linkRepository, REPOSITORY } from './repository-links.ts'
import { writeServiceWorker } from './service-worker.ts'

/** The path at which a host serves the site. */
const BASE = process.env['DOCS_BASE'] ?? '/'

const TITLE = 'vue-sync'
const DESCRIPTION = 'The state of a running Vue app, live on other people’s phones.'

export default defineConfig({
  title: TITLE,
  description: DESCRIPTION,
  lang: 'en',
  base: BASE,
  // Files for operators, and the packages of a relay in a container: no pages.
  srcExclude: ['deploy/**', '**/README.md'],
  cleanUrls: true,
  lastUpdated: false,
  buildEnd: ({ outDir }) => writeServiceWorker(outDir),
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${BASE}logo.svg` }],
    ['meta', { name: 'theme-color', content: '#0f7a62' }],
    ['meta', { property: 'og:type', content: 'website' }],
    ['meta', { property: 'og:title', content: TITLE }],
    ['meta', { property: 'og:description', content: DESCRIPTION }],
  ],
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    // The same anchors as on the forge, where people read these files too.
    anchor: { slugify: (text) => slug(text) },
    languageAlias: { caddy: 'nginx', jq: 'sh', vcl: 'c' },
    config(md) {
      md.use(groupIconMdPlugin)
      md.use(linkRepository)
      md.use(unmarkEmptyHeaders)
    },
  },
  themeConfig: {
    logo: '/logo.svg',
    nav: NAV,
    sidebar: SIDEBAR,
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: REPOSITORY, ariaLabel: 'The repository' }],
    editLink: {
      pattern: `${REPOSITORY}/edit/main/docs/:path`,
      text: 'Suggest a change to this page',
    },
    docFooter: { prev: 'Previous page', next: 'Next page' },
    footer: { message: 'MIT licensed.' },
  },
  vite: {
    // The front page runs our source, and not a build of it.
    resolve: { conditions: ['@vue-sync/source', 'module', 'browser', 'development|production'] },
    ssr: {
      resolve: { conditions: ['@vue-sync/source', 'module', 'node', 'development|production'] },
    },
    plugins: [
      groupIconVitePlugin(),
      llmstxt({ ignoreFiles: ['deploy/**'], description: DESCRIPTION }),
    ],
  },
})
