import type { DescMessage } from '@bufbuild/protobuf'
import type { Codec } from '../protocol/index.ts'
import { createBodyReader, createBodyWriter } from './protobuf/body.ts'
import { createRounding } from './protobuf/rounding.ts'
import { createCompiler } from './protobuf/schema/schema.ts'

export interface ProtobufOptions {
  /**
   * The schemas of stores by id, as `protoc-gen-es` generates them. Other stores are carried as JSON.
   * @default none
   */
  stores: Record<string, DescMessage>
}

/**
 * Protocol Buffers with `@bufbuild/protobuf`, which the app installs. Use it in the host and in all viewers,
 * with the same schemas or other versions of them.
 *
 * @throws TypeError for a schema with groups
 */
export function protobuf({ stores }: ProtobufOptions): Codec {
  const compile = createCompiler()
  const schemas = new Map(
    Object.entries(stores).map(([id, descriptor]) => [id, compile(descriptor)]),
  )
  return {
    name: 'protobuf',
    ...createBodyWriter(schemas),
    ...createBodyReader(schemas),
    arriving: createRounding(schemas),
  }
}
