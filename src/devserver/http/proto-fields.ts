import { badRequest } from "../errors/api-failure.ts";

/** A field on the wire: a varint as number, anything else as bytes. */
export interface ProtoField {
  readonly number: number;
  readonly value: Buffer | bigint;
}

const truncated = "the protobuf body ends too early";

/** Splits a message into its fields (protobuf wire format). Throws a 400 for bytes that are none. */
export function readProtoFields(bytes: Buffer): readonly ProtoField[] {
  const fields: ProtoField[] = [];
  let offset = 0;
  const readVarint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[offset];
      if (byte === undefined) throw badRequest(truncated);
      offset += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw badRequest("the protobuf body holds a number that is too long");
  };
  const readBytes = (length: number): Buffer => {
    if (offset + length > bytes.length) throw badRequest(truncated);
    const value = bytes.subarray(offset, offset + length);
    offset += length;
    return value;
  };
  while (offset < bytes.length) {
    const tag = readVarint();
    const number = Number(tag >> 3n);
    switch (Number(tag & 7n)) {
      case 0:
        fields.push({ number, value: readVarint() });
        break;
      case 1:
        fields.push({ number, value: readBytes(8) });
        break;
      case 2:
        fields.push({ number, value: readBytes(Number(readVarint())) });
        break;
      case 5:
        fields.push({ number, value: readBytes(4) });
        break;
      default:
        throw badRequest(`the protobuf body has a wire type that nobody knows (field ${number})`);
    }
  }
  return fields;
}
