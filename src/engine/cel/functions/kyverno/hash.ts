import { md5 } from "../../../jmespath/md5.ts";
import { sha1 } from "../../../jmespath/sha1.ts";
import { sha256 } from "../../../jmespath/sha256.ts";
import { utf8Bytes } from "../../../jmespath/utf8.ts";
import { traversalCost } from "../../compile/sizes.ts";
import type { FunctionSpec, Library } from "../function-spec.ts";

function digest(name: string, of: (bytes: Uint8Array) => string, example: string): FunctionSpec {
  const call = (text: string): string => of(utf8Bytes(text));
  return {
    name,
    source: "Kyverno, hash library",
    overloads: [
      { signature: `${name}(string): string`, call, cost: traversalCost },
      { signature: `hash.${name}(string): string`, call, cost: traversalCost },
    ],
    examples: [
      [`${name}('a')`, `'${example}'`],
      [`hash.${name}('a') == ${name}('a')`, "true"],
      [`${name}(dyn(1))`, { error: `no such overload: ${name}(int)` }],
    ],
  };
}

/** Digests of texts, as lower-case hexadecimal digits. */
export const hashLibrary: Library = {
  name: "hash",
  functions: [
    digest("md5", md5, "0cc175b9c0f1b6a831c399e269772661"),
    digest("sha1", sha1, "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"),
    digest("sha256", sha256, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
  ],
};
