/** The title of the page, and the bar with the views. */
export const bar = () => ({
  appTitle: 'vue-sync viewer',
  views: 'Views',
  scene: 'Scene',
  inspector: 'Inspector',
  menu: 'Menu',
})
