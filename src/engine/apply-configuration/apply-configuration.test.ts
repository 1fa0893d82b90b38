import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Budget, BudgetExceeded } from "../budget.ts";
import { PatchError } from "../mutate/patch-error.ts";
import type { JsonObject } from "../values/json.ts";
import { applyConfiguration } from "./apply-configuration.ts";
import type { ApplyOptions } from "./apply-configuration.ts";
import { builtInTypes } from "./built-in-types.ts";
import { untypedDeduced } from "./object-type.ts";
import type { ObjectType } from "./object-type.ts";

const podType = builtInTypes.find("v1", "Pod");

function pod(spec: JsonObject, metadata: JsonObject = { name: "web" }): JsonObject {
  return { apiVersion: "v1", kind: "Pod", metadata, spec };
}

function apply(
  object: JsonObject,
  configuration: JsonObject,
  options: Partial<ApplyOptions> = {},
  type: ObjectType | undefined = podType,
): JsonObject {
  return applyConfiguration(object, configuration, type, { budget: new Budget(), ...options });
}

function refusal(object: JsonObject, configuration: JsonObject, type = podType): string {
  try {
    apply(object, configuration, {}, type);
  } catch (error) {
    if (error instanceof PatchError) return error.message;
    throw error;
  }
  return "";
}

const a = { name: "a", image: "a:1" };
const b = { name: "b", image: "b:1" };
const c = { name: "c", image: "c:1" };

describe("an apply configuration", () => {
  const cases: readonly [title: string, object: JsonObject, patch: JsonObject, expected: JsonObject][] = [
    ["sets what is missing", pod({}), { spec: { nodeName: "n" } }, pod({ nodeName: "n" })],
    ["replaces scalars", pod({ nodeName: "n" }), { spec: { nodeName: "m" } }, pod({ nodeName: "m" })],
    [
      "merges maps by key",
      pod({ nodeSelector: { x: "1", y: "2" } }, { name: "web", labels: { a: "1" } }),
      { metadata: { labels: { b: "2" } } },
      pod({ nodeSelector: { x: "1", y: "2" } }, { name: "web", labels: { a: "1", b: "2" } }),
    ],
    [
      "merges elements by their keys and keeps the others",
      pod({ containers: [a, b] }),
      { spec: { containers: [{ name: "b", tty: true }] } },
      pod({ containers: [a, { ...b, tty: true }] }),
    ],
    [
      "puts new elements behind those that are there",
      pod({ containers: [a, b] }),
      { spec: { containers: [c] } },
      pod({ containers: [a, b, c] }),
    ],
    [
      "puts elements that both have into the order of the patch",
      pod({ containers: [a, b, c] }),
      { spec: { containers: [{ name: "c" }, { name: "a" }] } },
      pod({ containers: [b, c, a] }),
    ],
    [
      "takes the default of a key that an element leaves out",
      pod({ containers: [{ name: "a", ports: [{ containerPort: 80 }] }] }),
      { spec: { containers: [{ name: "a", ports: [{ containerPort: 80, protocol: "TCP", name: "w" }] }] } },
      pod({ containers: [{ name: "a", ports: [{ containerPort: 80, protocol: "TCP", name: "w" }] }] }),
    ],
    [
      "tells elements apart by all of their keys",
      pod({ containers: [{ name: "a", ports: [{ containerPort: 80 }] }] }),
      { spec: { containers: [{ name: "a", ports: [{ containerPort: 80, protocol: "UDP" }] }] } },
      pod({
        containers: [{ name: "a", ports: [{ containerPort: 80 }, { containerPort: 80, protocol: "UDP" }] }],
      }),
    ],
    [
      "adds to sets what is not in them",
      pod({}, { name: "web", finalizers: ["x", "y"] }),
      { metadata: { finalizers: ["y", "z"] } },
      pod({}, { name: "web", finalizers: ["x", "y", "z"] }),
    ],
    [
      "sets a scalar to null",
      pod({ nodeName: "n", hostNetwork: true }),
      { spec: { nodeName: null } },
      pod({ nodeName: null, hostNetwork: true }),
    ],
    [
      "leaves maps and keyed lists with content where it says null",
      pod({ containers: [a], securityContext: { runAsUser: 1 } }),
      { spec: { containers: null, securityContext: null } },
      pod({ containers: [a], securityContext: { runAsUser: 1 } }),
    ],
    ["puts a null where nothing was", pod({}), { spec: { containers: null } }, pod({ containers: null })],
    [
      "leaves lists with content where it says []",
      pod({ containers: [a] }),
      { spec: { containers: [] } },
      pod({ containers: [a] }),
    ],
    [
      "replaces an element that the object has twice by its own, once",
      pod({ containers: [a, { name: "a", image: "a:2" }, b] }),
      { spec: { containers: [{ name: "a", tty: true }] } },
      pod({ containers: [{ name: "a", tty: true }, b] }),
    ],
    [
      "keeps twice what it does not name",
      pod({ containers: [a, a] }),
      { spec: { containers: [b] } },
      pod({ containers: [a, a, b] }),
    ],
  ];
  for (const [title, object, patch, expected] of cases) {
    it(title, () => {
      const before = structuredClone(object);
      assert.deepEqual(apply(object, patch), expected);
      assert.deepEqual(object, before);
    });
  }

  it("gives the object itself where it changes nothing", () => {
    const object = pod({ containers: [a], nodeName: "n" });
    assert.equal(apply(object, {}), object);
    assert.equal(apply(object, { spec: { nodeName: "n" } }), object);
  });

  it("cannot change the kind", () => {
    assert.equal(apply(pod({}), { kind: "Service", apiVersion: "v2" })["kind"], "Pod");
  });

  it("keeps keys such as __proto__ as keys", () => {
    const labels = JSON.parse('{"__proto__":"x"}') as JsonObject;
    const patched = apply(pod({}), { metadata: { labels } });
    assert.equal(JSON.stringify(patched["metadata"]), '{"name":"web","labels":{"__proto__":"x"}}');
  });
});

describe("what an apply configuration may not do", () => {
  const cases: readonly [title: string, object: JsonObject, patch: JsonObject, expected: RegExp | string][] =
    [
      [
        "set lists that are one value",
        pod({}),
        { spec: { tolerations: [{ key: "x" }] } },
        "invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.tolerations",
      ],
      [
        "set them within elements either",
        pod({ containers: [a] }),
        { spec: { containers: [{ name: "a", args: ["x"] }] } },
        "invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.containers[0].args",
      ],
      [
        "set structs that are one value",
        pod({}),
        {
          spec: {
            volumes: [{ name: "v", emptyDir: {} }],
            affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: {} } },
          },
        },
        /may not mutate atomic arrays, maps or structs: \.spec\.affinity\.nodeAffinity\.requiredDuringSchedulingIgnoredDuringExecution$/,
      ],
      [
        "name fields that there are not",
        pod({}),
        { spec: { containerz: [] } },
        "failed to convert patch object to typed object: .spec.containerz: field not declared in schema",
      ],
      [
        "give numbers for texts",
        pod({}),
        { spec: { nodeName: 1 } },
        "failed to convert patch object to typed object: .spec.nodeName: expected string, got &value.valueUnstructured{Value:1}",
      ],
      [
        "give texts for numbers",
        pod({}),
        { spec: { priority: "1" } },
        "failed to convert patch object to typed object: .spec.priority: expected numeric (int or float), got string",
      ],
      [
        "name an element twice",
        pod({}),
        { spec: { containers: [a, a] } },
        'failed to convert patch object to typed object: .spec.containers: duplicate entries for key [name="a"]',
      ],
      [
        "be for an object that is not of its type",
        pod({ containers: "x" }),
        { metadata: { labels: { a: "b" } } },
        'failed to convert original object to typed object: .spec.containers: expected list, got "x"',
      ],
    ];
  for (const [title, object, patch, expected] of cases) {
    it(title, () => {
      const message = refusal(object, patch);
      if (typeof expected === "string") assert.equal(message, expected);
      else assert.match(message, expected);
    });
  }

  it("be for a kind without a type", () => {
    const type = builtInTypes.find("example.com/v1", "Widget");
    assert.throws(() => applyConfiguration(pod({}), {}, type, { budget: new Budget() }), {
      message: "type converter must not be nil",
    });
  });

  it("use more than its budget", () => {
    const budget = new Budget({
      maxSteps: 10,
      maxDepth: 100,
      maxContextBytes: 1,
      maxTextLength: 1,
      maxElements: 1,
    });
    const labels = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`l${index}`, "x"]));
    assert.throws(() => apply(pod({}), { metadata: { labels } }, { budget }), BudgetExceeded);
  });
});

describe("an apply configuration as server-side apply has it", () => {
  it("replaces what is one value", () => {
    const object = pod({ tolerations: [{ key: "x" }] });
    const patched = apply(object, { spec: { tolerations: [{ key: "y" }] } }, { replacesAtomic: true });
    assert.deepEqual(patched, pod({ tolerations: [{ key: "y" }] }));
  });
});

describe("an apply configuration without a schema", () => {
  it("merges maps and replaces lists", () => {
    const patched = apply(
      pod({ containers: [a, b], nodeSelector: { x: "1" } }),
      { spec: { containers: [c], nodeSelector: { y: "2" } } },
      {},
      untypedDeduced,
    );
    assert.deepEqual(patched, pod({ containers: [c], nodeSelector: { x: "1", y: "2" } }));
  });

  it("replaces what is of another kind", () => {
    assert.deepEqual(
      apply(pod({ x: 1 }), { spec: { x: { y: 1 } } }, {}, untypedDeduced),
      pod({ x: { y: 1 } }),
    );
    assert.deepEqual(apply(pod({ x: [1] }), { spec: { x: null } }, {}, untypedDeduced), pod({ x: null }));
  });
});
