import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  annotated,
  anyJson,
  array,
  boolean,
  enumOf,
  integer,
  intOrString,
  map,
  nullable,
  object,
  optional,
  string,
} from "./build.ts";
import { objectMetaSchema, typeMeta } from "./metadata.ts";
import { toOpenApi } from "./openapi.ts";
import type { Schema } from "./schema.ts";

describe("toOpenApi writes a structural schema", () => {
  const rule = { rule: "self > 0", message: "must be positive", holds: () => true };
  const cases: readonly [string, Schema<unknown>, unknown][] = [
    ["free JSON", anyJson(), { "x-kubernetes-preserve-unknown-fields": true }],
    [
      "text with bounds",
      string({ maxLength: 3, pattern: "a" }),
      { type: "string", pattern: "a", maxLength: 3 },
    ],
    ["an enum", enumOf(["a", "b"]), { type: "string", enum: ["a", "b"] }],
    ["a number", integer({ format: "int32", minimum: 1 }), { type: "integer", format: "int32", minimum: 1 }],
    [
      "a default and a description",
      boolean({ default: false, description: "A switch." }),
      {
        type: "boolean",
        default: false,
        description: "A switch.",
      },
    ],
    [
      "an integer or text",
      intOrString(),
      {
        anyOf: [{ type: "integer" }, { type: "string" }],
        "x-kubernetes-int-or-string": true,
      },
    ],
    ["a map", map(string()), { type: "object", additionalProperties: { type: "string" } }],
    [
      "a list by key",
      array(object({ name: string() }), { listType: "map", listMapKeys: ["name"], minItems: 1 }),
      {
        type: "array",
        minItems: 1,
        items: { type: "object", required: ["name"], properties: { name: { type: "string" } } },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
      },
    ],
    [
      "null as a value",
      nullable(array(string())),
      {
        type: "array",
        nullable: true,
        items: { type: "string" },
      },
    ],
    [
      "a CEL rule without its check",
      annotated(integer(), { rules: [rule] }),
      {
        type: "integer",
        "x-kubernetes-validations": [{ rule: "self > 0", message: "must be positive" }],
      },
    ],
    [
      "alternatives",
      object({ a: optional(string()) }, { constraint: { oneOf: [{ required: ["a"] }] }, mapType: "atomic" }),
      {
        type: "object",
        properties: { a: { type: "string" } },
        oneOf: [{ required: ["a"] }],
        "x-kubernetes-map-type": "atomic",
      },
    ],
    [
      "an open object",
      object({}, { preserveUnknownFields: true }),
      {
        type: "object",
        "x-kubernetes-preserve-unknown-fields": true,
      },
    ],
    ["only the type of metadata", objectMetaSchema, { type: "object" }],
    [
      "only the type of apiVersion and kind",
      object(typeMeta(["a/v1"], "A")),
      {
        type: "object",
        required: ["apiVersion", "kind"],
        properties: { apiVersion: { type: "string" }, kind: { type: "string" } },
      },
    ],
  ];
  for (const [title, schema, expected] of cases) {
    it(`writes ${title}`, () => {
      assert.deepEqual(toOpenApi(schema), expected);
    });
  }
});
