import assert from "node:assert/strict";
import { test } from "node:test";
import { copyJson, equalJson } from "./json.ts";
import { JsonError, parseJson } from "./parse-json.ts";

test("integers beyond 2^53 come out as they went in, copies included", () => {
  const text = '{"n":9007199254740993,"list":[-9223372036854775808,1.5]}';
  assert.equal(JSON.stringify(copyJson(parseJson(text))), text);
});

test("large integers are equal by their digits", () => {
  const [a, b, c] = ["9007199254740993", "9007199254740993", "9007199254740992"].map((n) =>
    parseJson(`{"n":${n}}`),
  );
  assert.equal(equalJson(a, b), true);
  assert.equal(equalJson(a, c), false);
});

test("a key called __proto__ is a key", () => {
  const copy = copyJson(parseJson('{"__proto__":{"x":1}}'));
  assert.equal(JSON.stringify(copy), '{"__proto__":{"x":1}}');
  assert.equal(Object.hasOwn({}, "x"), false);
});

test("what is nested too deeply, or no JSON, is refused", () => {
  assert.throws(() => parseJson("[".repeat(300) + "]".repeat(300)), JsonError);
  assert.throws(() => parseJson("{"), JsonError);
  assert.equal(parseJson(`"${"[".repeat(300)}"`), "[".repeat(300));
});
