import type { Theme } from 'vitepress'
import DefaultTheme from 'vitepress/theme-without-fonts'
import 'virtual:group-icons.css'
import './colors.css'
import './reference.css'

export default { extends: DefaultTheme } satisfies Theme
