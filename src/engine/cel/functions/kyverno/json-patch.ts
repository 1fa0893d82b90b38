import type { Library } from "../function-spec.ts";

/** Keys as a JSON pointer has them. */
export const jsonPatchLibrary: Library = {
  name: "jsonpatch",
  functions: [
    {
      name: "jsonpatch.escapeKey",
      source: "Kubernetes, CEL JSONPatch library",
      overloads: [
        {
          signature: "jsonpatch.escapeKey(string): string",
          call: (key: string) => key.replaceAll("~", "~0").replaceAll("/", "~1"),
          cost: (key: string) => Math.ceil(key.length / 10),
        },
      ],
      examples: [
        ["jsonpatch.escapeKey('a/b~c')", "'a~1b~0c'"],
        ["jsonpatch.escapeKey(dyn(1))", { error: "no such overload: jsonpatch.escapeKey(int)" }],
      ],
    },
  ],
};
