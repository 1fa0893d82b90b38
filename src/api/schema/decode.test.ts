import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
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
import { decode } from "./decode.ts";
import type { Schema } from "./schema.ts";

const person = object({
  name: string({ minLength: 1, maxLength: 5 }),
  age: optional(integer({ format: "int32", minimum: 0 })),
  tags: optional(array(string())),
  labels: optional(map(string())),
  extra: optional(anyJson()),
});

function problemsOf(schema: Schema<unknown>, value: unknown): readonly string[] {
  const decoded = decode(schema, value);
  return decoded.ok ? [] : decoded.problems.map(({ path, message }) => `${path}: ${message}`);
}

describe("decode accepts what the schema allows", () => {
  const accepted: readonly [string, Schema<unknown>, unknown][] = [
    ["a string", string(), "x"],
    ["an emoji as one character", string({ maxLength: 1 }), "🙂"],
    ["a whole float", integer(), 3.0],
    ["the largest int32", integer({ format: "int32" }), 2 ** 31 - 1],
    ["false", boolean(), false],
    ["an integer for int-or-string", intOrString(), 3],
    ["a string for int-or-string", intOrString(), "50%"],
    ["null as free JSON", object({ key: anyJson() }), { key: null }],
    ["null where it is a value", object({ roles: nullable(array(string())) }), { roles: null }],
    ["an empty list", array(string()), []],
    ["a time", string({ format: "date-time" }), "2026-08-01T10:00:00.5+02:00"],
    ["different items of a set", array(string(), { listType: "set" }), ["a", "b"]],
    ["absent optional fields", person, { name: "eve" }],
  ];
  for (const [title, schema, value] of accepted) {
    it(`accepts ${title}`, () => {
      assert.deepEqual(decode(schema, value), { ok: true, value });
    });
  }
});

describe("decode names what is wrong and where", () => {
  const keyed = array(object({ name: string() }), { listType: "map", listMapKeys: ["name"] });
  const oneSource = object(
    { glob: optional(string()), expression: optional(string()) },
    { constraint: { oneOf: [{ required: ["glob"] }, { required: ["expression"] }] } },
  );
  const notBoth = object(
    { any: optional(string()), all: optional(string()) },
    { constraint: { not: { required: ["any", "all"] } } },
  );
  const even = annotated(integer(), {
    rules: [{ rule: "self % 2 == 0", message: "must be even", holds: (value) => Number(value) % 2 === 0 }],
  });
  const refused: readonly [string, Schema<unknown>, unknown, readonly string[]][] = [
    ["another type", string(), 1, [': must be a string, not the number "1"']],
    ["a list for an object", person, [], [": must be an object, not a list"]],
    ["a missing field", person, {}, ["name: Required value"]],
    ["null for a required field", person, { name: null }, ["name: Required value"]],
    [
      "a wrong item",
      person,
      { name: "a", tags: ["b", 2] },
      ['tags[1]: must be a string, not the number "2"'],
    ],
    ["a null item", person, { name: "a", tags: [null] }, ["tags[0]: must be a string, not null"]],
    [
      "a wrong map value",
      person,
      { name: "a", labels: { "a/b": true } },
      ['labels[a/b]: must be a string, not the boolean "true"'],
    ],
    ["text that is too long", person, { name: "abcdef" }, ["name: may not be more than 5 chars long"]],
    ["text that is too short", person, { name: "" }, ["name: should be at least 1 chars long"]],
    ["text of another pattern", string({ pattern: "^a+$" }), "b", [": \"b\" should match '^a+$'"]],
    ["a fraction", integer(), 1.5, [': must be an integer, not the number "1.5"']],
    ["a number for a truth value", boolean(), 1, [': must be a boolean, not the number "1"']],
    ["a negative number", person, { name: "a", age: -1 }, ["age: should be greater than or equal to 0"]],
    [
      "an int32 overflow",
      integer({ format: "int32" }),
      2 ** 31,
      [": should be less than or equal to 2147483647"],
    ],
    [
      "an unknown enum value",
      enumOf(["GET", "POST"]),
      "PUT",
      [': Unsupported value: "PUT": supported values: "GET", "POST"'],
    ],
    ["no time", string({ format: "date-time" }), "10:00", [': "10:00" is no RFC 3339 time']],
    ["too few items", array(string(), { minItems: 1 }), [], [": should have at least 1 items"]],
    ["too many items", array(string(), { maxItems: 1 }), ["a", "b"], [": should have at most 1 items"]],
    [
      "a repeated item of a set",
      array(string(), { listType: "set" }),
      ["a", "a"],
      ['[1]: Duplicate value: "a"'],
    ],
    ["a repeated key", keyed, [{ name: "a" }, { name: "a" }], ['[1]: Duplicate value: "a"']],
    ["no alternative", oneSource, {}, [": exactly one of glob, expression must be set"]],
    [
      "two alternatives",
      oneSource,
      { glob: "*", expression: "true" },
      [": exactly one of glob, expression must be set"],
    ],
    [
      "fields that exclude each other",
      notBoth,
      { any: "a", all: "b" },
      [": fields that exclude each other are set together"],
    ],
    ["a broken rule", even, 3, [": must be even"]],
  ];
  for (const [title, schema, value, problems] of refused) {
    it(`refuses ${title}`, () => {
      assert.deepEqual(problemsOf(schema, value), problems);
    });
  }

  it("stops after fifty problems", () => {
    const decoded = decode(
      array(string()),
      Array.from({ length: 10_000 }, () => 1),
    );
    assert.equal(decoded.ok ? 0 : decoded.problems.length, 50);
  });

  it("quotes no more than the start of a long text", () => {
    assert.ok((problemsOf(enumOf(["a"]), "x".repeat(1_000_000))[0] ?? "").length < 200);
  });
});

describe("decode leaves the document as it is", () => {
  it("gives back the same object when there is nothing to change", () => {
    const value = { name: "eve", tags: ["a"], unknown: { deep: [1] } };
    const decoded = decode(person, value);
    assert.equal(decoded.ok && decoded.value, value);
  });

  it("keeps unknown fields beside a null that it takes away", () => {
    const value = { name: "eve", age: null, unknown: { deep: [null] } };
    assert.deepEqual(decode(person, value), { ok: true, value: { name: "eve", unknown: { deep: [null] } } });
    assert.equal(value.age, null);
  });

  it("takes a null away deep inside without touching its neighbours", () => {
    const untouched = { name: "a" };
    const value = [untouched, { name: "b", tags: null }];
    const decoded = decode(array(person), value);
    assert.ok(decoded.ok);
    assert.equal(decoded.value[0], untouched);
    assert.deepEqual(decoded.value[1], { name: "b" });
  });

  it("treats __proto__ and constructor as ordinary keys", () => {
    const value: unknown = JSON.parse('{"name":"a","age":null,"__proto__":{"polluted":1},"constructor":2}');
    const decoded = decode(person, value);
    assert.ok(decoded.ok);
    assert.deepEqual(Object.keys(decoded.value), ["name", "__proto__", "constructor"]);
    assert.equal(Object.getPrototypeOf(decoded.value), Object.prototype);
    assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
  });

  it("finds no required field in the prototype", () => {
    assert.deepEqual(problemsOf(object({ constructor: anyJson() }), {}), ["constructor: Required value"]);
  });

  it("does not descend into free JSON, however deep", () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level++) {
      deep = [deep];
    }
    assert.ok(decode(person, { name: "a", extra: deep }).ok);
  });

  it("reads a bigint that fits", () => {
    assert.deepEqual(decode(person, { name: "a", age: 7n }), { ok: true, value: { name: "a", age: 7 } });
  });
});

describe("decode as a property", () => {
  it("never throws, and what it accepts it accepts unchanged again", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const first = decode(person, value);
        if (first.ok) {
          assert.deepEqual(decode(person, first.value), first);
        } else {
          assert.ok(first.problems.length > 0);
        }
      }),
    );
  });
});
