/** An app gives the key to people who are logged in. This one takes a cookie for a login. */
export default defineEventHandler((event) =>
  getCookie(event, 'login') === 'presenter' ? { key: useRuntimeConfig(event).vueSync.hostKey } : {},
)
