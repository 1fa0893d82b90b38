import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Budget } from "../budget.ts";
import type { JsonObject } from "../values/json.ts";
import { applyConfiguration } from "./apply-configuration.ts";
import { builtInTypes } from "./built-in-types.ts";
import { typesOfDefinitions } from "./custom-types.ts";

const definition: JsonObject = {
  kind: "CustomResourceDefinition",
  spec: {
    group: "example.com",
    names: { kind: "Widget", plural: "widgets" },
    versions: [
      {
        name: "v1",
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                properties: {
                  parts: {
                    type: "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name"],
                    items: {
                      type: "object",
                      properties: { name: { type: "string" }, size: { type: "integer" } },
                    },
                  },
                },
              },
            },
          },
        },
      },
      { name: "v2" },
    ],
  },
};

const types = typesOfDefinitions([definition, {}, { spec: { versions: [1] } }], builtInTypes);

describe("types of custom kinds", () => {
  it("merge as their definition says, with the metadata of every object", () => {
    const widget: JsonObject = {
      apiVersion: "example.com/v1",
      kind: "Widget",
      metadata: { name: "w", labels: { a: "b" } },
      spec: { parts: [{ name: "x", size: 1 }] },
    };
    const patch = {
      metadata: { labels: { c: "d" } },
      spec: { parts: [{ name: "x", size: 2 }, { name: "y" }] },
    };
    const type = types.find("example.com/v1", "Widget");
    assert.deepEqual(applyConfiguration(widget, patch, type, { budget: new Budget() }), {
      ...widget,
      metadata: { name: "w", labels: { a: "b", c: "d" } },
      spec: { parts: [{ name: "x", size: 2 }, { name: "y" }] },
    });
  });

  it("are not known for versions without a schema", () => {
    assert.equal(types.find("example.com/v2", "Widget"), undefined);
  });

  it("leave other kinds to the others", () => {
    assert.equal(types.find("v1", "Pod"), builtInTypes.find("v1", "Pod"));
  });
});
