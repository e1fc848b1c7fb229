// oxlint-disable typescript/consistent-type-imports -- an import would make its module patterns and globals local
// Files that samples import and that the reader has, if the page does not show them.
declare module '*/stores/board' {
  export const useBoard: import('pinia').StoreDefinition<
    'board',
    { title: string; score: number },
    object,
    object
  >
}
declare module '*/board_pb' {
  export const BoardSchema: import('@bufbuild/protobuf').DescMessage
}
declare module '*/board_pb.js' {
  export const BoardSchema: import('@bufbuild/protobuf').DescMessage
}
declare module '*.vue' {
  const component: import('vue').Component
  export default component
}
declare module 'electron' {
  const electron: Record<string, never>
  export const app: typeof electron
  export const protocol: typeof electron
  export const ipcMain: typeof electron
  export const BrowserWindow: typeof electron
}
declare module '@capacitor/cli' {
  export interface CapacitorConfig {
    server?: { androidScheme?: string; cleartext?: boolean; url?: string }
    android?: { allowMixedContent?: boolean }
    [name: string]: unknown
  }
}
declare module '@tauri-apps/api/core' {
  export function invoke<T>(command: string): Promise<T>
}
