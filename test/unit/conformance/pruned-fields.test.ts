import assert from "node:assert/strict";
import { test } from "node:test";
import { findPrunedFields } from "#test/conformance/crd-acceptance/pruned-fields.ts";

const cases: readonly [string, unknown, unknown, readonly string[]][] = [
  ["finds nothing when only defaults were added", { a: { b: 1 } }, { a: { b: 1, c: true }, d: 1 }, []],
  ["finds a field that is gone", { a: { b: 1, c: 2 } }, { a: { b: 1 } }, [".a.c"]],
  ["finds a changed value", { a: [1, 2] }, { a: [1, 3] }, [".a[1]"]],
  ["finds a list of another length", { a: [1] }, { a: [1, 2] }, [".a"]],
  ["takes a dropped null for nothing", { a: null }, {}, []],
];
for (const [title, sent, answered, paths] of cases) {
  test(title, () => {
    assert.deepEqual(findPrunedFields(sent, answered), paths);
  });
}
