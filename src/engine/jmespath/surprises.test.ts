import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Budget } from "../budget.ts";
import { QueryError } from "../errors.ts";
import type { Json } from "../values/json.ts";
import { compileQuery, search } from "./query.ts";

const evaluate = (expression: string, document: Json = {}): Json =>
  search(compileQuery(expression), document, { numbers: "float64", budget: new Budget(), nowMs: 0, seed: 1 });
const fails = (expression: string, message: RegExp, document: Json = {}): void => {
  assert.throws(
    () => evaluate(expression, document),
    (error) => error instanceof QueryError && message.test(error.message),
  );
};

describe("JMESPath in policies", () => {
  it("fails for a missing key of an object, and nowhere else", () => {
    fails("a.zz", /Unknown key "zz"/, { a: {} });
    for (const expression of ["a.zz", "a[0]", "a[0].zz"])
      assert.equal(evaluate(expression, { a: null }), null);
    assert.equal(evaluate("a[5].x", { a: [1] }), null);
  });

  it("negates the first field of a path alone", () => {
    assert.equal(evaluate("!a.b", { a: { b: false } }), null);
    assert.equal(evaluate("!(a.b)", { a: { b: false } }), true);
  });

  it("takes the first of the results behind a pipe, the first of each result without it", () => {
    const document = { l: [{ x: [1, 2] }, { x: [3] }] };
    assert.deepEqual(evaluate("l[].x | [0]", document), [1, 2]);
    assert.deepEqual(evaluate("l[].x[0]", document), [1, 3]);
    assert.equal(evaluate("n | a || b", { n: { b: 1 } }), 1);
  });

  it("knows no escapes but \\' in raw strings", () => {
    assert.equal(evaluate(String.raw`'\n'`), String.raw`\n`);
    assert.equal(evaluate(String.raw`'\''`), "'");
    assert.equal(evaluate('`"\\n"`'), "\n");
  });

  it("wants quotes in literals and around names with dashes", () => {
    fails("`abc`", /invalid character/);
    fails("my-var.key", /Unexpected token/, { "my-var": { key: 1 } });
    assert.equal(evaluate('"my-var".data.key', { "my-var": { data: { key: 1 } } }), 1);
  });

  it("finds nothing where texts are compared as numbers, until they are made numbers", () => {
    const document = { l: [{ n: "5" }, { n: "1" }] };
    assert.deepEqual(evaluate("l[?n > `3`]", document), []);
    assert.deepEqual(evaluate("l[?to_number(n) > `3`]", document), [{ n: "5" }]);
  });

  it("has no largest of nothing, and fails for the length of nothing", () => {
    assert.equal(evaluate("max(`[]`)"), null);
    assert.equal(evaluate("max_by(`[]`, &a)"), null);
    for (const call of ["length(`null`)", "contains(`null`, 'x')", "split(`null`, ',')"])
      fails(call, /Invalid type for: <nil>/);
  });

  it("parses nothing to nothing", () => {
    assert.equal(evaluate("parse_json('null')"), null);
    assert.equal(evaluate("parse_yaml('~')"), null);
    assert.equal(evaluate("lookup(`{\"a\": null}`, 'a')"), null);
  });

  it("takes a version with a v for 0.0.0", () => {
    assert.equal(evaluate("semver_compare('v1.2.3', '>1.0.0')"), false);
    assert.equal(evaluate("semver_compare(trim_prefix('v1.2.3', 'v'), '>1.0.0')"), true);
  });

  it("takes minutes for thousandths in arithmetic, and for minutes in times", () => {
    fails("add('1h', '30m')", /Types mismatch/);
    assert.equal(evaluate("add('1m', '1m')"), "2m");
    assert.equal(evaluate("add('1h', '1800s')"), "1h30m0s");
    assert.equal(evaluate("time_add('2023-01-01T00:00:00Z', '30m')"), "2023-01-01T00:30:00Z");
  });

  it("swallows errors left of a flatten, and no type errors in guards", () => {
    assert.equal(evaluate("to_upper(`5`)[]"), null);
    fails("to_upper(`5`)[*]", /Invalid type/);
    fails("to_upper(zz) || 'd'", /Invalid type/);
    assert.equal(evaluate("to_upper(zz || 'd')"), "D");
  });

  it("keeps what was once wrong in it right", () => {
    const cases: readonly (readonly [expression: string, value: Json])[] = [
      ["divide('10', `3`)", "3"],
      ["divide('12Ki', '200')", 61.44],
      ["to_boolean('TruE')", true],
      ['lookup(`["a"]`, `0`)', "a"],
      ['lookup(`["a"]`, `-1`)', null],
      ["round(`-2.5`, `0`)", -3],
      ["is_external_url('http://10.0.0.1:80/')", false],
      ["sha256('a')", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"],
      ["time_parse('1702691171', '1702691171')", "2023-12-16T01:46:11Z"],
      ['label_match(`{"a": {"b": 1}}`, `{"a": {"b": 1}, "c": 2}`)', true],
    ];
    for (const [expression, value] of cases) assert.deepEqual(evaluate(expression), value, expression);
    fails("add(`true`, `1`)", /^JMESPath query failed: JMESPath function 'add': invalid operand$/);
  });

  it("has no extensions of other dialects", () => {
    for (const expression of ["$", "a + b", "a ? b : c", "let $x = a in b"]) fails(expression, /SyntaxError/);
    for (const call of ["zip(a, b)", "group_by(a, &b)", "upper(a)", "from_items(a)"])
      fails(call, /unknown function/, { a: [], b: [] });
  });
});
