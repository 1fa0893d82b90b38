import assert from "node:assert/strict";
import { describe, it } from "node:test";

import * as fc from "fast-check";

import { Budget, BudgetExceeded } from "../../budget.ts";
import { isList, isObject, own } from "../../values/json.ts";
import type { Json, JsonObject } from "../../values/json.ts";
import { PatchError } from "../patch-error.ts";
import { applyStrategicPatch } from "./apply-strategic-patch.ts";
import { strategicMerge } from "./merge.ts";

const key = fc.constantFrom("a", "b", "c", "name", "spec", "containers", "__proto__", "$patch");
const patchKey = fc.oneof(
  key,
  key.map((name) => `(${name})`),
  key.map((name) => `+(${name})`),
  key.map((name) => `<(${name})`),
);
const scalar = fc.oneof(
  fc.constantFrom<Json>(null, true, 0, 1, "x", "delete", "replace", "*", ">1"),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
);

function tree(keys: fc.Arbitrary<string>): fc.Arbitrary<JsonObject> {
  const { object } = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, scalar, tie("object"), fc.array(tie("value"), { maxLength: 3 })),
    object: fc
      .array(fc.tuple(keys, tie("value")), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  }));
  return object;
}

/** An object whose values are all scalars or such objects: what a merge has no lists in. */
const plainTree = fc.letrec<{ object: JsonObject }>((tie) => ({
  object: fc.dictionary(
    fc.constantFrom("a", "b", "c", "d"),
    fc.oneof({ maxDepth: 3 }, fc.constantFrom<Json>(null, 1, 2), tie("object")),
    { noNullPrototype: true },
  ) as fc.Arbitrary<JsonObject>,
})).object;

/** JSON merge patch as RFC 7396 defines it. */
function mergePatch(base: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: Record<string, Json> = isObject(base) ? { ...base } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = mergePatch(result[name] ?? null, value);
  }
  return result;
}

function hasSameShape(base: Json, patch: Json): boolean {
  if (!isObject(base) || !isObject(patch))
    return base === null || patch === null || isObject(base) === isObject(patch);
  return Object.entries(patch).every(([name, value]) => {
    const before = own(base, name);
    return before === undefined || hasSameShape(before, value);
  });
}

const element = fc.record(
  { name: fc.constantFrom("a", "b", "c", "d"), image: fc.constantFrom("1", "2") },
  { noNullPrototype: true },
);
const elements = fc.uniqueArray(element, { selector: ({ name }) => name, maxLength: 4 });

describe("strategic merges, whatever they are given", () => {
  it("end in a result or a refusal and leave the object as it was", () => {
    fc.assert(
      fc.property(tree(key), tree(patchKey), (object, patch) => {
        const pod = { ...object, apiVersion: "v1", kind: "Pod" };
        const before = structuredClone(pod);
        try {
          applyStrategicPatch(pod, patch, new Budget());
        } catch (error) {
          if (!(error instanceof PatchError) && !(error instanceof BudgetExceeded)) throw error;
        }
        assert.deepEqual(pod, before);
      }),
      { numRuns: 500 },
    );
  });

  it("are JSON merge patches where there are no lists", () => {
    fc.assert(
      fc.property(plainTree, plainTree, (base, patch) => {
        fc.pre(hasSameShape(base, patch));
        assert.deepEqual(strategicMerge(base, patch, new Budget()), mergePatch(base, patch));
      }),
    );
  });

  it("put patched elements first and keep the others in order", () => {
    fc.assert(
      fc.property(elements, elements, (base, patch) => {
        const pod = { apiVersion: "v1", kind: "Pod", spec: { containers: base } };
        const merged = strategicMerge(pod, { spec: { containers: patch } }, new Budget());
        const patched = new Set(patch.map(({ name }) => name));
        const expected = [...patch, ...base.filter(({ name }) => !patched.has(name))];
        assert.deepEqual(merged, { ...pod, spec: { containers: expected } });
      }),
    );
  });

  it("change nothing when they are repeated", () => {
    fc.assert(
      fc.property(elements, elements, (base, patch) => {
        const pod = { apiVersion: "v1", kind: "Pod", spec: { containers: base } };
        const once = strategicMerge(pod, { spec: { containers: patch } }, new Budget()) ?? {};
        assert.equal(strategicMerge(once, { spec: { containers: patch } }, new Budget()), once);
      }),
    );
  });

  it("share with the object what they do not touch", () => {
    fc.assert(
      fc.property(tree(fc.constantFrom("a", "b", "c")), tree(fc.constantFrom("d", "e")), (base, patch) => {
        const merged = strategicMerge(base, patch, new Budget());
        assert.ok(merged !== undefined);
        for (const [name, value] of Object.entries(base)) {
          if (isObject(value) || isList(value)) assert.equal(merged[name], value);
          else assert.deepEqual(merged[name], value);
        }
      }),
    );
  });
});
