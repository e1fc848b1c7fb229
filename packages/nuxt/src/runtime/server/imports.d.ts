/** The part of Nitro that the files of the relay use. Nuxt resolves `#imports` in the app. */
declare module '#imports' {
  interface RequestEvent {
    path: string
  }
  interface Hooks {
    hook: {
      (name: 'close', run: () => unknown): unknown
      (name: 'request', run: (event: RequestEvent) => unknown): unknown
    }
    callHook: (name: 'vue-sync:authorize', event: unknown) => Promise<unknown>
  }
  export function useRuntimeConfig(): unknown
  export function useNitroApp(): { hooks: Hooks }
  export function defineNitroPlugin(run: (app: { hooks: Hooks }) => unknown): unknown
  export function defineEventHandler(handlers: {
    handler: (event: RequestEvent) => unknown
    websocket: object
  }): unknown
  export function toWebRequest(event: RequestEvent): Request
  export function createError(problem: { statusCode: number; statusMessage: string }): Error
  export function sendRedirect(event: RequestEvent, location: string, code: number): Promise<void>
}
