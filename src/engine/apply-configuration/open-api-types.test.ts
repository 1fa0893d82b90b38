import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Budget } from "../budget.ts";
import type { JsonObject } from "../values/json.ts";
import { atomicParts } from "./atomic-parts.ts";
import { builtInTypes } from "./built-in-types.ts";
import { checkObject } from "./check-object.ts";
import { typeOfSchema, typesOfOpenApi } from "./open-api-types.ts";

const check = (value: JsonObject, schema: JsonObject): readonly string[] =>
  checkObject(value, typeOfSchema(schema), { budget: new Budget(), allowDuplicates: false });

describe("types of schemas", () => {
  const list = (extensions: JsonObject): JsonObject => ({
    type: "object",
    properties: {
      l: {
        type: "array",
        items: { type: "object", properties: { k: { type: "string" }, v: { type: "integer" } } },
        ...extensions,
      },
    },
  });
  const twice = { l: [{ k: "a" }, { k: "a" }] };
  const cases: readonly [
    title: string,
    schema: JsonObject,
    value: JsonObject,
    expected: readonly string[],
  ][] = [
    ["take lists for one value where nothing is said", list({}), twice, []],
    [
      "know keys of lists",
      list({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"] }),
      twice,
      ['.l: duplicate entries for key [k="a"]'],
    ],
    [
      "know the merge key of a patch strategy",
      list({ "x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "k" }),
      twice,
      ['.l: duplicate entries for key [k="a"]'],
    ],
    [
      "refuse maps in sets",
      list({ "x-kubernetes-list-type": "set" }),
      twice,
      [".l: element 0: associative list without keys has an element that's a map type"],
    ],
    [
      "refuse fields that are not declared",
      { type: "object", properties: { a: {} } },
      { b: 1 },
      [".b: field not declared in schema"],
    ],
    [
      "let unknown fields in where these are kept",
      { type: "object", properties: { a: {} }, "x-kubernetes-preserve-unknown-fields": true },
      { b: { c: [1] } },
      [],
    ],
    ["let everything into an object without properties", { type: "object" }, { b: 1 }, []],
    [
      "look at the values of maps",
      { type: "object", additionalProperties: { type: "boolean" } },
      { b: 1 },
      [".b: expected boolean, got 1"],
    ],
    [
      "take any scalar for a formatted text",
      { type: "object", properties: { t: { type: "string", format: "date-time" } } },
      { t: 1 },
      [],
    ],
  ];
  for (const [title, schema, value, expected] of cases) {
    it(title, () => assert.deepEqual(check(value, schema), expected));
  }

  it("follow references, also to themselves, and their map type", () => {
    const types = typesOfOpenApi({
      Tree: {
        type: "object",
        properties: {
          child: { $ref: "#/components/schemas/Tree" },
          whole: { allOf: [{ $ref: "#/components/schemas/Tree" }], "x-kubernetes-map-type": "atomic" },
        },
        "x-kubernetes-group-version-kind": [{ group: "x.io", version: "v1", kind: "Tree" }],
      },
    });
    const type = types.find("x.io/v1", "Tree");
    assert.ok(type !== undefined);
    assert.deepEqual(atomicParts({ child: { child: { whole: {} } } }, type), [".child.child.whole"]);
    assert.equal(types.find("x.io/v1", "Other"), undefined);
    assert.deepEqual(types.kinds, [["x.io/v1", "Tree"]]);
  });
});

describe("the built-in types", () => {
  it("know the kinds of Kubernetes", () => {
    for (const [apiVersion, kind] of [
      ["v1", "Namespace"],
      ["v1", "Binding"],
      ["apps/v1", "Deployment"],
      ["batch/v1", "CronJob"],
      ["networking.k8s.io/v1", "Ingress"],
      ["rbac.authorization.k8s.io/v1", "ClusterRole"],
    ] as const) {
      assert.ok(builtInTypes.find(apiVersion, kind) !== undefined, kind);
    }
  });

  it("know nothing of what an object inherits", () => {
    assert.equal(builtInTypes.find("__proto__", ""), undefined);
  });

  it("reach pods of pod controllers", () => {
    const type = builtInTypes.find("batch/v1", "CronJob");
    assert.ok(type !== undefined);
    const job = { spec: { template: { spec: { tolerations: [] } } } };
    const path = ".spec.jobTemplate.spec.template.spec.tolerations";
    assert.deepEqual(atomicParts({ spec: { jobTemplate: job } }, type), [path]);
  });
});
