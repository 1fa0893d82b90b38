import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";

import { BudgetExceeded } from "../budget.ts";
import { Suspension } from "../context/context-source.ts";
import { Float } from "../values/json.ts";
import { policyEnvironment } from "./policy-environment.ts";
import { compileCel } from "./program.ts";
import type { CelResult } from "./program.ts";
import type { CelValue } from "./values/cel-value.ts";

const clock = { nowMs: 0, seed: 1 };

function run(text: string, object: CelValue = {}, maxCost?: number): CelResult {
  const compiled = compileCel(text, policyEnvironment);
  if (compiled.kind === "failed") assert.fail(compiled.issue.message);
  return compiled.program.evaluate(new Map([["object", object]]), clock, maxCost);
}

function outcome(text: string, object: CelValue = {}): unknown {
  const result = run(text, object);
  return result.kind === "value" ? result.value : result.message;
}

describe("CEL: places of what is wrong", () => {
  const rows: readonly [text: string, line: number, column: number, reason: RegExp][] = [
    ["object.a ==", 1, 12, /unexpected '<EOF>'/],
    ["true &&\n  unknown", 2, 3, /undeclared reference to 'unknown' \(in container ''\)/],
    ["'é' + )", 1, 7, /unexpected '\)'/],
    ["'open", 1, 1, /unterminated string/],
    ["has(1)", 1, 4, /invalid argument to has\(\) macro/],
    ["[1].map(1, 2)", 1, 9, /argument must be a simple name/],
    ["9223372036854775808", 1, 1, /invalid int literal/],
    ["for", 1, 1, /reserved identifier: for/],
    ["'\\q'", 1, 2, /invalid escape sequence/],
  ];
  for (const [text, line, column, reason] of rows) {
    it(JSON.stringify(text), () => {
      const compiled = compileCel(text, policyEnvironment);
      assert.ok(compiled.kind === "failed");
      assert.deepEqual([compiled.issue.line, compiled.issue.column], [line, column]);
      assert.match(compiled.issue.reason, reason);
    });
  }

  it("shows the line and points at the place", () => {
    const compiled = compileCel("object.a ==\n  nothing", policyEnvironment);
    assert.ok(compiled.kind === "failed");
    assert.equal(
      compiled.issue.message,
      "ERROR: <input>:2:3: undeclared reference to 'nothing' (in container '')\n |   nothing\n | ..^",
    );
  });
});

describe("CEL: objects without a schema", () => {
  const object = {
    n: null,
    list: [1, 2],
    i: 3,
    big: 2n ** 53n,
    f: 1.5,
    whole: new Float(2),
    m: { "a/b": 1 },
  };
  const rows: readonly [text: string, expected: CelValue | string][] = [
    ["object.missing", "no such key: missing"],
    ["has(object.n)", true],
    ["object.n == null", true],
    ["has(object.n.x)", false],
    ["object.n.x", "no such key: x"],
    ["object.?n.orValue(1)", null],
    ["has(object.a.b)", "no such key: a"],
    ["object.list[5]", "index out of bounds: 5"],
    ["object.list['a']", "unsupported index type 'string' in list"],
    ["object.list[0.0]", 1],
    ["object.i == 3.0", true],
    ["object.i * 2", 6],
    ["object.f * 2", "no such overload"],
    ["object.whole + 1", "no such overload"],
    ["object.big + 1 == 9007199254740993", true],
    ["object.i > '5'", "no such overload"],
    ["object.i / 0", "division by zero"],
    ["object.i % 0", "modulus by zero"],
    ["9223372036854775807 + object.i", "integer overflow"],
    ["object.missing || true", true],
    ["object.missing && true", "no such key: missing"],
    ["object.list.exists(x, x == 2 || x.y)", true],
    ["object.list.all(x, x == 2 && x.y)", false],
    ["object.list.filter(x, x.y)", "no such key: y"],
    ["object.i ? 1 : 2", "no such overload"],
    ["object.m.`a/b`", 1],
    ["has(object.m.`a/b`)", true],
    ["object.constructor", "no such key: constructor"],
    ["'__proto__' in object", false],
    ["{}.?x.value()", "optional.none() dereference"],
  ];
  for (const [text, expected] of rows) {
    it(text, () => assert.deepEqual(outcome(text, object), expected));
  }
});

describe("CEL: hostile expressions", () => {
  const rows: readonly [title: string, text: string][] = [
    ["deep brackets", `${"(".repeat(5000)}1${")".repeat(5000)}`],
    ["deep lists", `${"[".repeat(5000)}${"]".repeat(5000)}`],
    ["a long chain of operators", `1${" + 1".repeat(20_000)}`],
    ["a long chain of fields", `object${".a".repeat(20_000)}`],
    ["deep conditions", `${"true ? ".repeat(3000)}1${" : 1".repeat(3000)}`],
    ["a gigantic literal", `'${"a".repeat(200_000)}'`],
    ["a gigantic number", "9".repeat(50_000)],
    ["many signs", `${"-".repeat(50_000)}1`],
  ];
  for (const [title, text] of rows) {
    it(`${title} are refused or evaluated, without a crash`, () => {
      const compiled = compileCel(text, policyEnvironment);
      if (compiled.kind === "program") {
        const result = compiled.program.evaluate(new Map([["object", {}]]), clock);
        assert.ok(result.kind === "error" || result.value !== undefined);
      } else assert.ok(compiled.issue.reason.length > 0);
    });
  }

  it("counts comprehensions and stops at the limit", () => {
    const ten = "[0,1,2,3,4,5,6,7,8,9]";
    const text = `${ten}.map(a, ${ten}.map(b, ${ten}.map(c, ${ten}.map(d, ${ten}.map(e, a + b + c + d + e)))))`;
    assert.throws(
      () => run(text),
      (error) =>
        error instanceof BudgetExceeded &&
        error.message === "operation cancelled: actual cost limit exceeded",
    );
  });

  it("counts what a comparison of nested values walks through", () => {
    const list = Array.from({ length: 5000 }, (_, index) => ({ n: index }));
    const ten = "[0,1,2,3,4,5,6,7,8,9]";
    assert.throws(
      () => run(`${ten}.all(a, ${ten}.all(b, ${ten}.all(c, object.list == object.list)))`, { list }),
      BudgetExceeded,
    );
  });

  it("gives the cost in the API server's units", () => {
    const result = run("object.a.b == 'x'", { a: { b: "x" } });
    assert.equal(result.cost, 4);
  });

  it("matches a catastrophic regex in linear time", () => {
    assert.equal(outcome(`'${"a".repeat(5000)}!'.matches('^(a+)+$')`), false);
  });

  it("lets a suspension pass through everything that absorbs errors", () => {
    const compiled = compileCel("[1].exists(x, object.a) || true", policyEnvironment);
    assert.ok(compiled.kind === "program");
    const pending = new Suspension([]);
    const get = (): never => {
      throw pending;
    };
    assert.throws(
      () => compiled.program.evaluate({ get }, clock),
      (error) => error === pending,
    );
  });
});

describe("CEL: properties", () => {
  const words = fc.constantFrom(
    ..."object . [ ] ( ) { } , : ? .? [? + - * / % ! && || == != < >= in 1 2u 1.5 'a' b'b' null true x has all exists map filter size orValue `a` Object matches duration timestamp '1h' optional of none".split(
      " ",
    ),
  );

  it("any sequence of tokens is refused with a place, or evaluated to a value or an error", () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 14 }), (tokens) => {
        const text = tokens.join(" ");
        const compiled = compileCel(text, policyEnvironment);
        if (compiled.kind === "failed") {
          assert.ok(compiled.issue.line >= 1 && compiled.issue.column >= 1);
          return;
        }
        const result = compiled.program.evaluate(new Map([["object", { x: [1, "a", null] }]]), clock);
        assert.ok(result.kind === "value" ? result.value !== undefined : result.message.length > 0);
      }),
      { numRuns: 3000 },
    );
  });

  it("any text at all is read without a crash", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60, unit: "binary" }), (text) => {
        assert.ok(compileCel(text, policyEnvironment).kind.length > 0);
      }),
      { numRuns: 2000 },
    );
  });

  it("arithmetic of ints is that of 64 bits", () => {
    const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(int64, int64, fc.constantFrom("+", "-", "*"), (left, right, operator) => {
        const exact = operator === "+" ? left + right : operator === "-" ? left - right : left * right;
        const expected = BigInt.asIntN(64, exact) === exact ? exact : "integer overflow";
        const result = outcome(`(${left}) ${operator} (${right})`);
        assert.equal(typeof result === "string" ? result : BigInt(String(result)), expected);
      }),
    );
  });
});
