import { defineConfig } from 'tsdown'
import { trimPartysocket } from './trim-partysocket.ts'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    host: 'src/host/index.ts',
    viewer: 'src/viewer/index.ts',
    cache: 'src/cache/index.ts',
    protocol: 'src/protocol/index.ts',
    // Not to be imported: what encrypts is loaded when it is asked for.
    cipher: 'src/encrypt/cipher.ts',
    msgpack: 'src/codecs/msgpack.ts',
    cbor: 'src/codecs/cbor.ts',
  },
  platform: 'neutral',
  target: 'es2022',
  dts: true,
  fixedExtension: false,
  plugins: [trimPartysocket()],
})
