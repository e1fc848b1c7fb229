import { create, createFileRegistry, type DescMessage } from '@bufbuild/protobuf'
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt'

type Described = Record<string, [number: number, type: string]>

/**
 * Makes a schema without a file: `{ title: [1, 'string'], rows: [2, 'repeated Row'] }`. Names in capitals are
 * the other types, `Phase` is an enum with the given values.
 */
export function described(
  fields: Described,
  others: Record<string, Described> = {},
  phases: readonly string[] = ['NONE', 'ONE'],
): DescMessage {
  const message = (name: string, described_: Described) => ({
    name,
    field: Object.entries(described_).map(([key, [number, type]]) => {
      const [, repeated, of = ''] = /^(repeated )?(\w+)$/.exec(type)!
      const isEnum = of === 'Phase'
      const isMessage = !isEnum && /^[A-Z]/.test(of)
      const kind = isEnum ? 'ENUM' : isMessage ? 'MESSAGE' : of.toUpperCase()
      return {
        name: key,
        jsonName: key,
        number,
        type: FieldDescriptorProto_Type[kind as 'STRING'],
        typeName: isEnum || isMessage ? `.t.${of}` : '',
        label: FieldDescriptorProto_Label[repeated ? 'REPEATED' : 'OPTIONAL'],
      }
    }),
  })
  const file = create(FileDescriptorProtoSchema, {
    name: 'board.proto',
    package: 't',
    syntax: 'proto3',
    messageType: Object.entries({ Board: fields, ...others }).map(([name, of]) =>
      message(name, of),
    ),
    enumType: [{ name: 'Phase', value: phases.map((name, number) => ({ name, number })) }],
  })
  return createFileRegistry(file, () => undefined).getMessage('t.Board')!
}
