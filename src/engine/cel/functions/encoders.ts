import { decodeBase64, encodeBase64 } from "../../jmespath/base64.ts";
import { traversalCost } from "../compile/sizes.ts";
import { CelError } from "../values/cel-error.ts";
import { Bytes } from "../values/objects.ts";
import type { Library } from "./function-spec.ts";

const source = "cel-go, encoders extension";

/** Padding may be missing altogether, as the reference tries both alphabets. */
function decode(text: string): Bytes {
  const bare = text.replaceAll(/[\r\n]/g, "");
  const padded = bare.endsWith("=") ? text : text + "=".repeat((4 - (bare.length % 4)) % 4);
  const decoded = decodeBase64(padded);
  if (decoded.kind === "failed") throw new CelError(`illegal base64 data at input byte ${decoded.offset}`);
  return new Bytes(decoded.bytes);
}

/** The encoders extension. */
export const encodersLibrary: Library = {
  name: "encoders",
  functions: [
    {
      name: "base64.decode",
      source,
      overloads: [{ signature: "base64.decode(string): bytes", call: decode, cost: traversalCost }],
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
          cost: traversalCost,
        },
      ],
      examples: [
        ["base64.encode(b'hello')", "'aGVsbG8='"],
        ["base64.encode(dyn('a'))", { error: "no such overload: base64.encode(string)" }],
      ],
    },
  ],
};
