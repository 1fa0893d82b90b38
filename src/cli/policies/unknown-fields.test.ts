import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { anyJson, array, map, object, optional, string } from "#api/schema/build.ts";

import { findUnknownFields } from "./unknown-fields.ts";

const schema = object({
  name: optional(string()),
  rules: optional(array(object({ name: string(), free: optional(anyJson()) }))),
  labels: optional(map(object({ a: optional(string()) }))),
  metadata: optional(object({}, { opaque: true })),
});

describe("findUnknownFields", () => {
  const cases: readonly (readonly [name: string, value: unknown, found: readonly string[]])[] = [
    ["nothing in what is known", { name: "a", rules: [{ name: "b" }] }, []],
    ["a field beside known ones", { name: "a", nmae: "b" }, ["nmae: unknown field; is name meant?"]],
    [
      "fields in lists and maps",
      { rules: [{ name: "b", x: 1 }], labels: { k: { z: 1 } } },
      ["rules[0].x: unknown field", "labels.k.z: unknown field"],
    ],
    [
      "nothing below free-form JSON, metadata or null",
      { rules: [{ name: "b", free: { x: 1 } }], metadata: { q: 1 }, labels: null },
      [],
    ],
  ];
  for (const [name, value, found] of cases) {
    it(`finds ${name}`, () =>
      assert.deepEqual(
        findUnknownFields(schema.node, value).map(({ path, message }) => `${path}: ${message}`),
        found,
      ));
  }
});
