import { utf8Bytes, utf8Text } from "../../../jmespath/utf8.ts";
import { CelError } from "../../values/cel-error.ts";
import { typeNameOf } from "../../values/cel-value.ts";
import type { CelValue } from "../../values/cel-value.ts";
import { Bytes } from "../../values/objects.ts";
import type { CallContext, Library } from "../function-spec.ts";
import { deflate } from "./deflate.ts";
import { inflate } from "./inflate.ts";

const source = "Kyverno, gzip library";

/** Magic number, DEFLATE, no flags, no time, no hint, an unknown system. */
const header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb8_8320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

function crc32(bytes: Uint8Array): number {
  let value = 0xffff_ffff;
  for (const byte of bytes) value = (crcTable[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return (value ^ 0xffff_ffff) >>> 0;
}

function littleEndian(value: number): readonly number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, (value >>> 24) & 0xff];
}

function compress(value: CelValue, context: CallContext): Bytes {
  if (typeof value !== "string" && !(value instanceof Bytes)) {
    throw new CelError(`type conversion error from '${typeNameOf(value)}' to 'string'`);
  }
  const bytes = typeof value === "string" ? utf8Bytes(value) : value.value;
  context.spend(Math.ceil(bytes.length / 2));
  const data = deflate(bytes);
  return new Bytes(
    Uint8Array.from([...header, ...data, ...littleEndian(crc32(bytes)), ...littleEndian(bytes.length)]),
  );
}

/** The text of all members, one after the other. */
function decompress({ value }: Bytes, context: CallContext): string {
  if (value.length === 0) throw new CelError("EOF");
  context.spend(Math.ceil(value.length / 10));
  let text = "";
  for (let at = 0; at < value.length;) {
    const { bytes, end } = inflate(value, skipHeader(value, at), (size) => context.spend(size / 4));
    const tail = value.subarray(end, end + 8);
    if (tail.length < 8) throw new CelError("unexpected EOF");
    const expected = [...littleEndian(crc32(bytes)), ...littleEndian(bytes.length)];
    if (expected.some((byte, index) => byte !== tail[index])) throw new CelError("gzip: invalid checksum");
    text += utf8Text(bytes);
    at = end + 8;
  }
  return text;
}

/** Where the data of a member begin. */
function skipHeader(input: Uint8Array, from: number): number {
  if (input.length - from < 10) throw new CelError("unexpected EOF");
  if (input[from] !== 0x1f || input[from + 1] !== 0x8b || input[from + 2] !== 8) {
    throw new CelError("gzip: invalid header");
  }
  const flags = input[from + 3] ?? 0;
  let at = from + 10;
  if (flags & 4) at += 2 + ((input[at] ?? 0) | ((input[at + 1] ?? 0) << 8));
  for (const flag of [8, 16]) {
    if (!(flags & flag)) continue;
    const end = input.indexOf(0, at);
    if (end < 0) throw new CelError("unexpected EOF");
    at = end + 1;
  }
  return flags & 2 ? at + 2 : at;
}

const sample = "H4sIAAAAAAAA/8tIzcnJVyjPL8pJAQCFEUoNCwAAAA==";

/** Compressed texts. The data are valid and always the same; they are not byte for byte those of Go. */
export const gzipLibrary: Library = {
  name: "gzip",
  functions: [
    {
      name: "gzip.compress",
      source,
      overloads: [{ signature: "gzip.compress(dyn): bytes", call: compress }],
      examples: [
        ["gzip.decompress(gzip.compress('hello hello hello'))", "'hello hello hello'"],
        ["gzip.compress(1)", { error: "type conversion error from 'int' to 'string'" }],
      ],
    },
    {
      name: "gzip.decompress",
      source,
      overloads: [{ signature: "gzip.decompress(bytes): string", call: decompress }],
      examples: [
        [`gzip.decompress(base64.decode('${sample}'))`, "'hello world'"],
        ["gzip.decompress(b'no gzip')", { error: "unexpected EOF" }],
        ["gzip.decompress(b'no gzip at all')", { error: "gzip: invalid header" }],
      ],
    },
  ],
};
