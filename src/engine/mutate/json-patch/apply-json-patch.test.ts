import assert from "node:assert/strict";
import { describe, it } from "node:test";

import * as fc from "fast-check";

import { Budget } from "../../budget.ts";
import { isList, isObject, own } from "../../values/json.ts";
import type { Json, JsonObject } from "../../values/json.ts";
import { PatchError } from "../patch-error.ts";
import { applyJsonPatch } from "./apply-json-patch.ts";
import { decodeJsonPatch } from "./decode-json-patch.ts";
import type { JsonPatchOperation } from "./decode-json-patch.ts";

const run = { numbers: "int64", budget: new Budget() } as const;

function apply(object: JsonObject, text: string): JsonObject {
  return applyJsonPatch(object, decodeJsonPatch(text), { ...run, budget: new Budget() });
}

type Case = readonly [title: string, object: JsonObject, operations: readonly object[], expected: JsonObject];

describe("applyJsonPatch", () => {
  const cases: readonly Case[] = [
    ["adds to an object", { a: 1 }, [{ op: "add", path: "/b", value: null }], { a: 1, b: null }],
    ["replaces with add", { a: 1 }, [{ op: "add", path: "/a", value: 2 }], { a: 2 }],
    ["inserts into a list", { a: [1, 3] }, [{ op: "add", path: "/a/1", value: 2 }], { a: [1, 2, 3] }],
    ["appends to a list", { a: [1] }, [{ op: "add", path: "/a/-", value: 2 }], { a: [1, 2] }],
    [
      "counts from the end",
      { a: [1, 2, 3] },
      [
        { op: "remove", path: "/a/-1" },
        { op: "replace", path: "/a/-2", value: 9 },
      ],
      { a: [9, 2] },
    ],
    ["inserts behind the end by -1", { a: [1] }, [{ op: "add", path: "/a/-1", value: 2 }], { a: [1, 2] }],
    [
      "undoes escapes",
      { "a/b": 1, "~c": 2 },
      [
        { op: "replace", path: "/a~1b", value: 3 },
        { op: "remove", path: "/~0c" },
      ],
      { "a/b": 3 },
    ],
    ["creates parents", {}, [{ op: "add", path: "/a/b/c", value: 1 }], { a: { b: { c: 1 } } }],
    [
      "creates a list for - and indexes",
      {},
      [
        { op: "add", path: "/a/-", value: 1 },
        { op: "add", path: "/b/0", value: 2 },
      ],
      { a: [1], b: [2] },
    ],
    [
      "fills a list with nulls",
      { a: [] },
      [{ op: "add", path: "/a/2/b", value: 1 }],
      { a: [null, null, { b: 1 }] },
    ],
    [
      "creates a parent in the place of a null",
      { a: null },
      [{ op: "add", path: "/a/b", value: 1 }],
      { a: { b: 1 } },
    ],
    [
      "removes nothing that is not there",
      { a: [1] },
      [
        { op: "remove", path: "/b/c" },
        { op: "remove", path: "/a/5" },
        { op: "remove", path: "/c" },
      ],
      { a: [1] },
    ],
    ["moves", { a: { b: 1 }, c: {} }, [{ op: "move", from: "/a/b", path: "/c/d" }], { a: {}, c: { d: 1 } }],
    ["copies", { a: { b: 1 } }, [{ op: "copy", from: "/a", path: "/c" }], { a: { b: 1 }, c: { b: 1 } }],
    [
      "tests equality",
      { a: { b: [1] } },
      [
        { op: "test", path: "/a", value: { b: [1] } },
        { op: "test", path: "/x", value: null },
      ],
      { a: { b: [1] } },
    ],
    ["replaces the whole", { a: 1 }, [{ op: "replace", path: "", value: { b: 2 } }], { b: 2 }],
    [
      "knows __proto__ as a key",
      {},
      [{ op: "add", path: "/__proto__/a", value: 1 }],
      JSON.parse('{"__proto__":{"a":1}}') as JsonObject,
    ],
  ];
  for (const [title, object, operations, expected] of cases) {
    it(title, () => {
      const before = structuredClone(object);
      assert.deepEqual(apply(object, JSON.stringify(operations)), expected);
      assert.deepEqual(object, before);
    });
  }

  const refused: readonly [operation: object, message: string][] = [
    [
      { op: "replace", path: "/x", value: 1 },
      "replace operation does not apply: doc is missing key: /x: missing value",
    ],
    [
      { op: "replace", path: "/x/y", value: 1 },
      "replace operation does not apply: doc is missing path: /x/y: missing value",
    ],
    [{ op: "test", path: "/a", value: 2 }, "testing value /a failed: test failed"],
    [
      { op: "test", path: "/x/y", value: 2 },
      "test operation does not apply: is missing path: /x/y: missing value",
    ],
    [
      { op: "add", path: "/l/5", value: 1 },
      "error in add for path: '/l/5': Unable to access invalid index: 5: invalid index referenced",
    ],
    [
      { op: "add", path: "/l/x", value: 1 },
      `error in add for path: '/l/x': value was not a proper array index: 'x': strconv.Atoi: parsing "x": invalid syntax`,
    ],
    [
      { op: "add", path: "/n/-2/x", value: 1 },
      "Unable to ensure path for negative index other than -1: -2: invalid index referenced",
    ],
    [{ op: "add", path: "/a/b", value: 1 }, "invalid state detected: a is neither an object nor a list"],
    [
      { op: "add", path: "a", value: 1 },
      'add operation does not apply: doc is missing path: "a": missing value',
    ],
    [
      { op: "add", path: "/x~1y/z", value: 1 },
      'add operation does not apply: doc is missing path: "/x~1y/z": missing value',
    ],
    [
      { op: "move", from: "/x", path: "/y" },
      "error in move for path: 'x': unable to get nonexistent key: x: missing value",
    ],
    [
      { op: "move", from: "", path: "/y" },
      "unable to move entire document to another path: invalid state detected",
    ],
    [
      { op: "copy", from: "/x/y", path: "/z" },
      'copy operation does not apply: doc is missing from path: "/x/y": missing value',
    ],
    [
      { op: "remove", path: "/l/x" },
      `error in remove for path: '/l/x': strconv.Atoi: parsing "x": invalid syntax`,
    ],
    [
      { op: "add", path: "/far/999999999", value: 1 },
      "index 999999999 is too far behind the end of its list",
    ],
  ];
  for (const [operation, message] of refused) {
    it(`refuses ${JSON.stringify(operation)}`, () => {
      const object = { a: 1, l: [1] };
      assert.throws(() => apply(object, JSON.stringify([operation])), new PatchError(message));
    });
  }

  it("shares with the object what it does not touch", () => {
    const rest = { big: 12345678901234567890n };
    const patched = apply({ rest, a: 1 }, '[{"op":"replace","path":"/a","value":2}]');
    assert.equal(patched["rest"], rest);
    assert.deepEqual(Object.keys(patched), ["rest", "a"]);
  });
});

describe("decodeJsonPatch", () => {
  it("reads YAML and JSON", () => {
    const yaml = '- op: add\n  path: "/a"\n  value: {b: yes, c: 0x10}\n- {op: remove, path: /x}\n';
    assert.deepEqual(decodeJsonPatch(yaml), [
      { op: "add", path: "/a", value: { b: true, c: 16 } },
      { op: "remove", path: "/x" },
    ]);
    assert.deepEqual(decodeJsonPatch('[{"op":"copy","from":"/a","path":"/b"}]'), [
      { op: "copy", from: "/a", path: "/b" },
    ]);
  });

  const refused: readonly [text: string, message: RegExp][] = [
    ['[{"op":"swap","path":"/a"}]', /invalid operation \{"op":"swap","path":"\/a"\}: unsupported operation/],
    ['[{"op":"add","path":"/a"}]', /failed to decode 'value': operation, missing value field/],
    ['[{"op":"add","value":1}]', /failed to decode 'path': operation missing path field/],
    ['[{"op":"move","path":"/a"}]', /failed to decode 'from': operation, missing from field/],
    ['[{"op":"remove","path":7}]', /failed to decode 'path': it is no string/],
    ["[1]", /an operation is no object/],
    ["op: add", /the patch is no list of operations/],
    ["[{", /failed to decode patches: /],
    ["- a: [", /failed to convert patchesJson6902 to JSON: yaml: line 1/],
  ];
  for (const [text, message] of refused) {
    it(`refuses ${text}`, () => assert.throws(() => decodeJsonPatch(text), message));
  }
});

/** The operations that make `after` of `before`. */
function difference(before: Json, after: Json, path: string): JsonPatchOperation[] {
  if (!isObject(before) || !isObject(after)) {
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ op: "replace", path, value: after }];
  }
  const escaped = (key: string) => `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  return [
    ...gone.map((key): JsonPatchOperation => ({ op: "remove", path: escaped(key) })),
    ...Object.entries(after).flatMap(([key, value]) => {
      const old = own(before, key);
      return old === undefined
        ? [{ op: "add", path: escaped(key), value } as const]
        : difference(old, value, escaped(key));
    }),
  ];
}

const keys = fc.constantFrom("a", "b/c", "d~", "0", "__proto__");
const trees = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, 1, "x"),
    tie("object"),
    fc.array(tie("value"), { maxLength: 2 }),
  ),
  object: fc
    .array(fc.tuple(keys, tie("value")), { maxLength: 4 })
    .map((entries) => Object.fromEntries(entries)),
})).object;
const paths = fc
  .array(fc.constantFrom("a", "b~1c", "0", "1", "-", "-1", "x", "", "__proto__"), { maxLength: 3 })
  .map((parts) => parts.map((part) => `/${part}`).join(""));
const operations: fc.Arbitrary<JsonPatchOperation> = fc.oneof(
  fc.record({ op: fc.constantFrom("add", "replace", "test"), path: paths, value: trees }),
  fc.record({ op: fc.constant("remove"), path: paths }),
  fc.record({ op: fc.constantFrom("move", "copy"), path: paths, from: paths }),
);

describe("JSON patches, whatever they are", () => {
  it("make of one object another by their difference", () => {
    fc.assert(
      fc.property(trees, trees, (before, after) => {
        assert.deepEqual(applyJsonPatch(before, difference(before, after, ""), run), after);
      }),
    );
  });

  it("end in an object or a refusal and leave the object as it was", () => {
    fc.assert(
      fc.property(trees, fc.array(operations, { maxLength: 4 }), (object, patch) => {
        const before = structuredClone(object);
        try {
          const patched = applyJsonPatch(object, patch, { ...run, budget: new Budget() });
          assert.ok(isObject(patched) && !isList(patched));
        } catch (error) {
          if (!(error instanceof PatchError)) throw error;
        }
        assert.deepEqual(object, before);
      }),
      { numRuns: 1000 },
    );
  });
});
