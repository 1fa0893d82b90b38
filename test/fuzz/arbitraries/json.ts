import * as fc from "fast-check";
import type { Json, JsonObject } from "#engine/values/json.ts";

/** Keys that other code has a meaning for, or that JavaScript has. */
export const hostileKeys = fc.constantFrom(
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "length",
  "",
  "0",
  "-1",
  "a.b",
  "a/b",
  "~",
);

/** Texts in which something may be hidden. */
export const hostileTexts = fc.oneof(
  fc.constantFrom(
    "",
    "*",
    "?*",
    "!a",
    ">1",
    "1-2",
    "1!-2",
    "a|b&c",
    "null",
    "true",
    "1e999",
    "-0",
    "1Gi",
    "5m",
    "1h",
  ),
  fc.constantFrom(
    "{{",
    "}}",
    "{{}}",
    "{{ @ }}",
    "{{ request.object }}",
    "{{ {{ x }} }}",
    "\\{{ a }}",
    "{{- x }}",
  ),
  fc.constantFrom("$(", "$()", "$(./../a)", "$(<=a)", "\\$(a)", "$(/)", "{{ nope() }}", "{{ x | [0] }}"),
  fc.constantFrom("\u0000", "\ud800", "😀", "\u2028", "é".normalize("NFD"), "*".repeat(40), "?".repeat(40)),
  fc.string({ unit: "grapheme", maxLength: 8 }),
);

const numbers: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(0, -0, 1, -1, 1.5, 1e21, -1e-7, 2 ** 53, 2 ** 31),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

export const scalars: fc.Arbitrary<Json> = fc.oneof(
  hostileTexts,
  numbers,
  fc.constantFrom<Json>(null, true, false),
);

/** Any JSON whose objects have keys of this arbitrary, or hostile ones that `isKey` lets in. */
export const jsonOf = (
  keys: fc.Arbitrary<string>,
  leaves: fc.Arbitrary<Json> = scalars,
  isKey: (key: string) => boolean = () => true,
): { readonly any: fc.Arbitrary<Json>; readonly object: fc.Arbitrary<JsonObject> } => {
  const key = fc.oneof({ weight: 5, arbitrary: keys }, { weight: 1, arbitrary: hostileKeys.filter(isKey) });
  const { any, object } = fc.letrec<{ any: Json; object: JsonObject }>((tie) => ({
    any: fc.oneof({ maxDepth: 5 }, leaves, fc.array(tie("any"), { maxLength: 4 }), tie("object")),
    object: fc
      .array(fc.tuple(key, tie("any")), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  }));
  return { any, object };
};
