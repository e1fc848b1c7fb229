import { configs } from '@slidev/client'
import { shallowRef } from 'vue'
import { readConnection } from './connection.ts'
import type { Follow } from './follow.ts'

export const connection = readConnection(location.hash, sessionStorage, configs['sync'])

/** How this browser follows; only for the audience. `setup/root.ts` sets it, and `global-top.vue` shows it. */
export const follow = shallowRef<Follow>()
