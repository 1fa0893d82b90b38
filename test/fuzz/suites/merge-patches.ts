import assert from "node:assert/strict";
import * as fc from "fast-check";
import { Budget, BudgetExceeded } from "#engine/budget.ts";
import { PatchError } from "#engine/mutate/patch-error.ts";
import { applyStrategicPatch } from "#engine/mutate/strategic/apply-strategic-patch.ts";
import { strategicMerge } from "#engine/mutate/strategic/merge.ts";
import type { Json, JsonObject } from "#engine/values/json.ts";
import { jsonOf } from "../arbitraries/json.ts";
import { property } from "../suite.ts";
import type { FuzzSuite } from "../suite.ts";

/** A list of a built-in kind, by the path to it, and what tells its elements apart. */
const mergedLists: readonly (readonly [
  apiVersion: string,
  kind: string,
  path: readonly string[],
  keys: readonly string[],
])[] = [
  ["v1", "Pod", ["spec", "containers"], ["name"]],
  ["v1", "Pod", ["spec", "volumes"], ["name"]],
  ["v1", "Pod", ["spec", "hostAliases"], ["ip"]],
  ["v1", "Pod", ["status", "conditions"], ["type"]],
  ["apps/v1", "Deployment", ["spec", "template", "spec", "initContainers"], ["name"]],
  ["batch/v1", "CronJob", ["spec", "jobTemplate", "spec", "template", "spec", "containers"], ["name"]],
  ["v1", "Service", ["spec", "ports"], ["port", "protocol"]],
  ["v1", "ServiceAccount", ["secrets"], ["name"]],
  ["v1", "ConfigMap", ["metadata", "ownerReferences"], ["uid"]],
];
const replacedLists: readonly (readonly [apiVersion: string, kind: string, path: readonly string[]])[] = [
  ["v1", "Pod", ["spec", "tolerations"]],
  ["v1", "Pod", ["spec", "resourceClaims"]],
  ["rbac.authorization.k8s.io/v1", "Role", ["rules"]],
  ["example.com/v1", "Widget", ["spec", "containers"]],
];

type Element = Readonly<Record<string, string>>;

const under = (path: readonly string[], value: Json): JsonObject =>
  path.reduceRight<Json>((inner, key) => ({ [key]: inner }), value) as JsonObject;

const objectWith = (apiVersion: string, kind: string, path: readonly string[], value: Json): JsonObject => ({
  apiVersion,
  kind,
  ...under(path, value),
});

const at = (object: Json | undefined, path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>(
    (value, key) => (value as Readonly<Record<string, Json>> | undefined)?.[key],
    object,
  );

/** Elements with all their keys, told apart by them, and some fields. */
const elementsOf = (keys: readonly string[]): fc.Arbitrary<readonly Element[]> =>
  fc.uniqueArray(
    fc
      .tuple(
        fc.tuple(...keys.map(() => fc.constantFrom("p", "q", "r"))),
        fc.dictionary(fc.constantFrom("image", "note", "mode"), fc.constantFrom("1x", "2x"), {
          noNullPrototype: true,
        }),
      )
      .map(([values, fields]) => ({
        ...Object.fromEntries(keys.map((key, index) => [key, values[index] ?? ""])),
        ...fields,
      })),
    { maxLength: 4, selector: (element) => keys.map((key) => (element as Element)[key]).join("|") },
  );

const identity = (element: Element, keys: readonly string[]): string =>
  keys.map((key) => element[key]).join("|");

/**
 * Elements of the patch first, each laid over the one with its keys; then those that it does not name. Where several keys
 * tell elements apart, kyaml takes those of the base out and appends them again: the ones that are new come first.
 */
const naiveMerge = (
  base: readonly Element[],
  patch: readonly Element[],
  keys: readonly string[],
): readonly Element[] => {
  const known = new Map(base.map((element) => [identity(element, keys), element]));
  const named = new Map(patch.map((element) => [identity(element, keys), element]));
  if (keys.length > 1) {
    return [
      ...patch.filter((element) => !known.has(identity(element, keys))),
      ...base.map((element) => ({ ...element, ...named.get(identity(element, keys)) })),
    ];
  }
  return [
    ...patch.map((element) => ({ ...known.get(identity(element, keys)), ...element })),
    ...base.filter((element) => !named.has(identity(element, keys))),
  ];
};

const merged = fc
  .constantFrom(...mergedLists)
  .chain(([apiVersion, kind, path, keys]) =>
    fc
      .tuple(elementsOf(keys), elementsOf(keys))
      .map(([base, patch]) => ({ apiVersion, kind, path, keys, base, patch })),
  );

const replaced = fc
  .constantFrom(...replacedLists)
  .chain(([apiVersion, kind, path]) =>
    fc
      .tuple(elementsOf(["name"]), elementsOf(["name"]))
      .map(([base, patch]) => ({ apiVersion, kind, path, base, patch })),
  );

const patchKeys = fc.constantFrom(
  "spec",
  "containers",
  "name",
  "(name)",
  "+(name)",
  "<(a)",
  "=(a)",
  "$patch",
  "metadata",
  "a",
);
const hostile = jsonOf(patchKeys);

export const mergePatches: FuzzSuite = {
  name: "merge-patches",
  properties: [
    property(
      "merges lists of built-in kinds by their keys",
      merged,
      ({ apiVersion, kind, path, keys, base, patch }) => {
        if (patch.length === 0) return;
        const result = strategicMerge(
          objectWith(apiVersion, kind, path, base),
          under(path, patch),
          new Budget(),
        );
        assert.deepEqual(at(result, path), naiveMerge(base, patch, keys));
      },
    ),
    property("replaces all other lists", replaced, ({ apiVersion, kind, path, base, patch }) => {
      const result = strategicMerge(
        objectWith(apiVersion, kind, path, base),
        under(path, patch),
        new Budget(),
      );
      assert.deepEqual(at(result, path), patch);
    }),
    property("gives the object itself where nothing changes", merged, ({ apiVersion, kind, path, base }) => {
      const object = objectWith(apiVersion, kind, path, base);
      assert.equal(strategicMerge(object, {}, new Budget()), object);
    }),
    property(
      "applies any patch or refuses it, and never changes what it was given",
      fc.tuple(hostile.object, hostile.any),
      ([object, patch]) => {
        const pod = { ...object, apiVersion: "v1", kind: "Pod" };
        const copy = structuredClone(pod);
        try {
          applyStrategicPatch(pod, patch, new Budget());
        } catch (error) {
          assert.ok(error instanceof PatchError || error instanceof BudgetExceeded, String(error));
        }
        assert.deepEqual(pod, copy);
      },
    ),
  ],
};
