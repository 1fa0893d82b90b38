import assert from "node:assert/strict";
import { it } from "node:test";
import { anyJson, array, enumOf, integer, map, nullable, object, optional, string } from "./build.ts";
import type { Infer } from "./schema.ts";

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

const sample = object({
  name: string(),
  mode: optional(enumOf(["on", "off"])),
  counts: optional(map(integer())),
  list: array(object({ any: optional(anyJson()) })),
  roles: optional(nullable(array(string()))),
});

it("infers exactly the static type of a schema", () => {
  const same: Same<
    Infer<typeof sample>,
    {
      readonly name: string;
      readonly list: readonly { readonly any?: unknown }[];
      readonly mode?: "on" | "off";
      readonly counts?: Readonly<Record<string, number>>;
      readonly roles?: readonly string[] | null;
    }
  > = true;
  // @ts-expect-error A schema of another type is told apart.
  const other: Same<Infer<typeof sample>, { readonly name: number }> = true;
  assert.deepEqual([same, other], [true, true]);
});

it("lets optional fields be absent but not undefined, and nothing be written", () => {
  const value: Infer<typeof sample> = { name: "a", list: [] };
  // @ts-expect-error An absent field is left out.
  const withUndefined: Infer<typeof sample> = { name: "a", list: [], mode: undefined };
  // @ts-expect-error A required field is missing.
  const incomplete: Infer<typeof sample> = { name: "a" };
  const attempt = (): void => {
    // @ts-expect-error Decoded values are read-only.
    value.name = "b";
  };
  assert.deepEqual([withUndefined.name, incomplete.name, typeof attempt], ["a", "a", "function"]);
});
