import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldErrorText } from "../errors/field-error.ts";
import type { JsonObject } from "../json/json.ts";
import { applySchemaDefaults } from "../schema/apply-schema-defaults.ts";
import { pruneUnknown } from "../schema/prune.ts";
import { validateSchema } from "../schema/validate-schema.ts";
import { compileRootSchema } from "./compile-schema.ts";

const schema = compileRootSchema({
  type: "object",
  properties: {
    spec: {
      type: "object",
      required: ["mode"],
      properties: {
        mode: { type: "string", enum: ["on", "off"] },
        size: { type: "integer", default: 3, minimum: 1, maximum: 10 },
        port: { "x-kubernetes-int-or-string": true },
        name: { type: "string", pattern: "^[a-z]+$", maxLength: 3 },
        note: { type: "string", nullable: true },
        free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        tags: { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" } },
        parts: {
          type: "array",
          maxItems: 2,
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["id"],
          items: {
            type: "object",
            properties: { id: { type: "string" }, weight: { type: "number", default: 0.5 } },
          },
        },
        either: {
          type: "object",
          properties: { a: { type: "string" }, b: { type: "string" } },
          oneOf: [{ required: ["a"] }, { required: ["b"] }],
        },
      },
    },
  },
});

const errorsOf = (spec: JsonObject): readonly string[] =>
  validateSchema({ spec }, schema).map(fieldErrorText);

const cases: readonly (readonly [string, JsonObject, readonly string[]])[] = [
  ["what is required", {}, ["spec.mode: Required value"]],
  ["an enumeration", { mode: "x" }, ['spec.mode: Unsupported value: "x": supported values: "on", "off"']],
  [
    "a type",
    { mode: "on", size: "big" },
    ['spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"'],
  ],
  [
    "a bound",
    { mode: "on", size: 11 },
    ["spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10"],
  ],
  [
    "a pattern and a length",
    { mode: "on", name: "ABCD" },
    [
      "spec.name: Too long: may not be more than 3 bytes",
      `spec.name: Invalid value: "ABCD": spec.name in body should match '^[a-z]+$'`,
    ],
  ],
  ["a set", { mode: "on", tags: ["a", "b", "a"] }, ['spec.tags[2]: Duplicate value: "a"']],
  [
    "a map list",
    { mode: "on", parts: [{ id: "1" }, { id: "1" }, { id: "2" }] },
    ["spec.parts: Too many: 3: must have at most 2 items", 'spec.parts[1]: Duplicate value: {"id":"1"}'],
  ],
  [
    "alternatives",
    { mode: "on", either: { a: "x", b: "y" } },
    [
      'spec.either: Invalid value: "": "spec.either" must validate one and only one schema (oneOf). Found 2 valid alternatives',
    ],
  ],
  [
    "nothing, where all is well",
    { mode: "on", port: 1, note: null, free: { x: [1] }, either: { a: "x" } },
    [],
  ],
];

for (const [what, spec, wanted] of cases) {
  test(`a custom resource is checked for ${what}`, () => {
    assert.deepEqual(errorsOf(spec), wanted);
  });
}

test("unknown fields go, except where the schema keeps them", () => {
  const unknown: string[] = [];
  const given = { spec: { mode: "on", what: 1, free: { x: 1 }, parts: [{ id: "1", extra: 2 }] }, other: {} };
  const pruned = pruneUnknown(given, schema, unknown);
  assert.deepEqual(pruned, { spec: { mode: "on", free: { x: 1 }, parts: [{ id: "1" }] } });
  assert.deepEqual(unknown, ["spec.what", "spec.parts[0].extra", "other"]);
});

test("defaults fill what is absent, also in items, and replace a null that is not allowed", () => {
  const object = { spec: { size: null, parts: [{ id: "1" }] } };
  applySchemaDefaults(object, schema);
  assert.deepEqual(object, { spec: { size: 3, parts: [{ id: "1", weight: 0.5 }] } });
});
