import { decodeBase64, encodeBase64 } from "../../jmespath/base64.ts";
import { isList, isObject, objectOf } from "../../values/json.ts";
import type { Json } from "../../values/json.ts";
import { CelError } from "../values/cel-error.ts";
import type { CelValue } from "../values/cel-value.ts";
import { jsonOf } from "../values/json-of.ts";
import { Bytes } from "../values/objects.ts";
import type { CallContext, Library } from "./function-spec.ts";
import { jsonText } from "./json-text.ts";

const source = "cel-go, encoders extension";

/** Padding may be missing altogether, as the reference tries both alphabets. */
function decode(text: string): Bytes {
  const bare = text.replaceAll(/[\r\n]/g, "");
  const padded = bare.endsWith("=") ? text : text + "=".repeat((4 - (bare.length % 4)) % 4);
  const decoded = decodeBase64(padded);
  if (decoded.kind === "failed") throw new CelError(`illegal base64 data at input byte ${decoded.offset}`);
  return new Bytes(decoded.bytes);
}

/** Through the values of protocol buffers, where ints beyond 2^53 are texts. */
function encodeJson(value: CelValue, context: CallContext): string {
  return jsonText(withoutBigInts(jsonOf(value)), context, false);
}

function withoutBigInts(value: Json): Json {
  if (typeof value === "bigint") return String(value);
  if (isList(value)) return value.map(withoutBigInts);
  if (!isObject(value)) return value;
  return objectOf(Object.entries(value).map(([key, item]) => [key, withoutBigInts(item)] as const));
}

/** The encoders extension. */
export const encodersLibrary: Library = {
  name: "encoders",
  functions: [
    {
      name: "base64.decode",
      source,
      overloads: [{ signature: "base64.decode(string): bytes", call: decode }],
      examples: [
        ["base64.decode('aGVsbG8=')", "b'hello'"],
        ["base64.decode('aGVsbG8')", "b'hello'"],
        ["base64.decode('!')", { error: "illegal base64 data at input byte 0" }],
      ],
    },
    {
      name: "base64.encode",
      source,
      overloads: [
        {
          signature: "base64.encode(bytes): string",
          call: (bytes: Bytes) => encodeBase64(bytes.value),
        },
      ],
      examples: [
        ["base64.encode(b'hello')", "'aGVsbG8='"],
        ["base64.encode(dyn('a'))", { error: "no such overload: base64.encode(string)" }],
      ],
    },
    {
      name: "json.encode",
      source,
      overloads: [{ signature: "json.encode(dyn): string", call: encodeJson }],
      examples: [
        ["json.encode({'b': '<', 'a': '1'})", `'{"a":"1","b":"<"}'`],
        ["json.encode(9007199254740993)", `'"9007199254740993"'`],
        ["json.encode(int)", { error: "a value of type 'type' is not converted to JSON" }],
      ],
    },
  ],
};
