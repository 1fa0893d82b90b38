import assert from "node:assert/strict";
import * as fc from "fast-check";
import { Budget, BudgetExceeded } from "#engine/budget.ts";
import { applyJsonPatch } from "#engine/mutate/json-patch/apply-json-patch.ts";
import type { JsonPatchOperation } from "#engine/mutate/json-patch/decode-json-patch.ts";
import { PatchError } from "#engine/mutate/patch-error.ts";
import { isList, isObject } from "#engine/values/json.ts";
import type { Json, JsonObject } from "#engine/values/json.ts";
import { jsonOf } from "../arbitraries/json.ts";
import { property } from "../suite.ts";
import type { FuzzSuite } from "../suite.ts";

const keys = fc.constantFrom("a", "b", "c", "d", "a/b", "~", "0");
/** Kyverno's library takes the empty key for the object itself. */
const { object, any } = jsonOf(keys, fc.constantFrom<Json>(null, true, 0, 1, "x"), (key) => key !== "");
const run = () => ({ numbers: "float64" as const, budget: new Budget() });

const escaped = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1");

/** What makes the one document of the other, by the rules of RFC 6902 alone. */
const diff = (before: Json, after: Json, path = ""): readonly JsonPatchOperation[] => {
  if (isObject(before) && isObject(after)) return diffObjects(before, after, path);
  if (isList(before) && isList(after)) return diffLists(before, after, path);
  return Object.is(before, after) || (before === 0 && after === 0)
    ? []
    : [{ op: "replace", path, value: after }];
};

const diffObjects = (before: JsonObject, after: JsonObject, path: string): readonly JsonPatchOperation[] => {
  const now = new Map(Object.entries(after));
  const then = new Map(Object.entries(before));
  const removed = [...then.keys()].filter((key) => !now.has(key));
  return [
    ...removed.map((key) => ({ op: "remove" as const, path: `${path}/${escaped(key)}` })),
    ...[...now].flatMap(([key, value]) => {
      const place = `${path}/${escaped(key)}`;
      const old = then.get(key);
      return old === undefined ? [{ op: "add" as const, path: place, value }] : diff(old, value, place);
    }),
  ];
};

const diffLists = (
  before: readonly Json[],
  after: readonly Json[],
  path: string,
): readonly JsonPatchOperation[] => {
  const shared = Math.min(before.length, after.length);
  const operations: JsonPatchOperation[] = [];
  for (let index = before.length - 1; index >= shared; index -= 1)
    operations.push({ op: "remove", path: `${path}/${index}` });
  for (let index = 0; index < shared; index += 1) {
    operations.push(...diff(before[index] ?? null, after[index] ?? null, `${path}/${index}`));
  }
  for (const value of after.slice(shared)) operations.push({ op: "add", path: `${path}/-`, value });
  return operations;
};

/** The kyverno library does not escape parents that it creates, so only paths of keys without slashes are random. */
const segments = fc.constantFrom("a", "b", "c", "d", "0", "1", "-", "-1", "", "__proto__", "constructor");
const paths = fc
  .array(segments, { maxLength: 4 })
  .map((list) => list.map((segment) => `/${segment}`).join(""));
const operations: fc.Arbitrary<JsonPatchOperation> = fc.oneof(
  fc.record({
    op: fc.constantFrom("add" as const, "replace" as const, "test" as const),
    path: paths,
    value: any,
  }),
  fc.record({ op: fc.constant("remove" as const), path: paths }),
  fc.record({ op: fc.constantFrom("move" as const, "copy" as const), path: paths, from: paths }),
);

export const jsonPatches: FuzzSuite = {
  name: "json-patches",
  properties: [
    property(
      "makes of one document what the difference to another says",
      fc.tuple(object, object),
      ([before, after]) => {
        const copy = structuredClone(before);
        assert.deepEqual(applyJsonPatch(before, diff(before, after), run()), after);
        assert.deepEqual(before, copy);
      },
    ),
    property("leaves nothing to do once it was applied", fc.tuple(object, object), ([before, after]) => {
      const patched = applyJsonPatch(before, diff(before, after), run());
      assert.deepEqual(diff(patched, after), []);
      assert.equal(applyJsonPatch(patched, diff(patched, after), run()), patched);
    }),
    property("shares with the object what it does not touch", fc.tuple(object, any), ([document, value]) => {
      const patched = applyJsonPatch(document, [{ op: "add", path: "/untold", value }], run());
      for (const [key, item] of Object.entries(document)) {
        assert.ok(Object.is(new Map(Object.entries(patched)).get(key), item));
      }
      assert.deepEqual(
        Object.keys(patched).filter((key) => key !== "untold"),
        Object.keys(document),
      );
    }),
    property(
      "applies any operations or refuses them, and never changes what it was given",
      fc.tuple(object, fc.array(operations, { maxLength: 5 })),
      ([document, list]) => {
        const copy = structuredClone(document);
        try {
          applyJsonPatch(document, list, run());
        } catch (error) {
          assert.ok(error instanceof PatchError || error instanceof BudgetExceeded, String(error));
        }
        assert.deepEqual(document, copy);
        assert.equal(Object.getPrototypeOf({}), Object.prototype);
      },
    ),
  ],
};
