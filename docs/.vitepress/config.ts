import process from 'node:process'
import { groupIconMdPlugin, groupIconVitePlugin } from 'vitepress-plugin-group-icons'
import llmstxt from 'vitepress-plugin-llms'
import { defineConfig } from 'vitepress'
import { NAV, SIDEBAR } from './navigation.ts'
import { linkRepository } from './repository-links.ts'

const TITLE = 'vue-sync'
const DESCRIPTION = 'The state of a running Vue app, live on other people’s phones.'

export default defineConfig({
  title: TITLE,
  description: DESCRIPTION,
  lang: 'en',
  // The path of the site, such as `/vue-sync/` for GitHub Pages.
  base: process.env['DOCS_BASE'] ?? '/',
  // Files for operators, and the packages of a relay in a container: no pages.
  srcExclude: ['deploy/**', '**/README.md'],
  cleanUrls: true,
  lastUpdated: false,
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: '/logo.svg' }],
    ['meta', { name: 'theme-color', content: '#0f7a62' }],
  ],
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    languageAlias: { caddy: 'nginx' },
    config(md) {
      md.use(groupIconMdPlugin)
      md.use(linkRepository)
    },
  },
  themeConfig: {
    logo: '/logo.svg',
    nav: NAV,
    sidebar: SIDEBAR,
    outline: [2, 3],
    search: { provider: 'local' },
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
