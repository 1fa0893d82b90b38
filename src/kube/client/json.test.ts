import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJson, stringifyJson } from "./json.ts";

test("integers beyond 2^53 survive reading and writing, whatever else is in the document", () => {
  const text =
    '{"max":9223372036854775807,"min":-9223372036854775808,"list":[9007199254740993,1],"small":12,"text":"1234567890123456789"}';
  const parsed = parseJson(text);
  assert.deepEqual(parsed, {
    max: 9223372036854775807n,
    min: -9223372036854775808n,
    list: [9007199254740993n, 1],
    small: 12,
    text: "1234567890123456789",
  });
  assert.equal(stringifyJson(parsed), text);
});

test("what a double holds exactly stays a number, and what does not fit 64 bits becomes one", () => {
  for (const [text, value] of [
    ["9007199254740991", 9007199254740991],
    ["  1000000000000000", 1000000000000000],
    ["18446744073709551616", 18446744073709551616],
    ["123456789012345678901234567890", 1.2345678901234568e29],
    ["1234567890123456.5", 1234567890123456.5],
    ["1234567890123456e3", 1234567890123456000],
  ] as const) {
    assert.equal(parseJson(text), value, text);
  }
});

test("a key called __proto__ is an ordinary key on both ways of reading", () => {
  for (const text of ['{"__proto__":{"polluted":1}}', '{"__proto__":{"polluted":1},"n":9007199254740993}']) {
    const parsed = parseJson(text) as Record<string, unknown>;
    assert.ok(Object.hasOwn(parsed, "__proto__"));
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
    assert.equal(stringifyJson(parsed), text);
  }
});

test("what is no JSON throws", () => {
  assert.throws(() => parseJson('{"a":'), SyntaxError);
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  assert.throws(() => stringifyJson(circle), TypeError);
});
