import type { Theme } from 'vitepress'
import DefaultTheme from 'vitepress/theme-without-fonts'
import 'virtual:group-icons.css'
import './colors.css'
import { registerServiceWorker } from './offline.ts'
import './reference.css'

export default { extends: DefaultTheme, enhanceApp: registerServiceWorker } satisfies Theme
