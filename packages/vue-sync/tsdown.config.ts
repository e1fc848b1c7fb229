import { defineConfig } from 'tsdown'
import { trimPartysocket } from './trim-partysocket.ts'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    host: 'src/host/index.ts',
    viewer: 'src/viewer/index.ts',
    cache: 'src/cache/index.ts',
    protocol: 'src/protocol/index.ts',
    msgpack: 'src/codecs/msgpack.ts',
    cbor: 'src/codecs/cbor.ts',
  },
  platform: 'neutral',
  target: 'es2022',
  dts: true,
  fixedExtension: false,
  plugins: [trimPartysocket()],
})
