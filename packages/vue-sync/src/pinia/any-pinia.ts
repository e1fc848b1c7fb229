/** What `defineStore()` returns. */
export interface AnyStoreDefinition {
  // oxlint-disable-next-line typescript/no-explicit-any -- a Pinia of any version
  (pinia?: any): unknown
  readonly $id: string
}

/** A Pinia of `createPinia()`. An app without Pinia does not have Pinia's types, so published types do not import them. */
export interface AnyPinia {
  state: { value: object }
  // oxlint-disable-next-line typescript/no-explicit-any -- a plugin of any version of Pinia
  use: (plugin: any) => AnyPinia
}
