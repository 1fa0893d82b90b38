import type { CelValue } from "../../values/cel-value.ts";
import { OptionalValue } from "../../values/objects.ts";
import type { Library } from "../function-spec.ts";

/** What an optional has, or else the second; what is no optional is itself. Both are computed before. */
function orValue(first: CelValue, second: CelValue): CelValue {
  if (!(first instanceof OptionalValue)) return first;
  return first.value === undefined ? second : first.value;
}

/** `orValue` as Kyverno's environments have it: of any value, and of any type. */
export const orValueLibrary: Library = {
  name: "orValue of any value",
  replaces: ["orValue"],
  functions: [
    {
      name: "orValue of any value",
      source: "Kyverno, compatibility of orValue",
      overloads: [{ signature: "(dyn).orValue(dyn): dyn", call: orValue }],
      examples: [
        ["{}.?a.orValue('x')", "'x'"],
        ["'present'.orValue(1)", "'present'"],
        ["dyn({'a': null}).?a.orValue(1)", "null"],
        ["{'a': 1}.?a.orValue(1 / 0)", { error: "division by zero" }],
      ],
    },
  ],
};
